import BeaconBasics

extension Directory {
    private static let failureLimit = 6

    // MARK: Wanting

    /// The log can only be caught up with by a snapshot.
    mutating func wantSnapshot(_ position: Int, at now: Moment) {
        roster.rows[position].flags.insert(.pull)
        armPull(at: now)
    }

    /// Sees to it that what wants a snapshot gets one.
    mutating func armPull(at now: Moment) {
        if !pull.isRunning, pull.at == .never, joining.at == .never { pull.at = now + .milliseconds(5) }
    }

    /// We are new, and so know of no log how long it is.
    mutating func wantAllSoon(_ position: Int, at now: Moment) {
        guard now < joining.until else { return }
        roster.rows[position].flags.insert(.pull)
        let first = joining.firstAt ?? now
        joining.firstAt = first
        joining.at = min(now + settings.joinQuiet, first + settings.joinLimit)
    }

    mutating func join(at now: Moment) {
        joining.at = .never
        joining.firstAt = nil
        if !pull.isRunning { pull.at = now }
    }

    // MARK: Running

    mutating func advancePull(at now: ClusterTime) {
        guard pull.isRunning else { return startPull(at: now.moment) }
        for lane in pull.lanes.indices where !pull.lanes[lane].isDone && pull.lanes[lane].dueAt <= now.moment {
            if pull.lanes[lane].isWaiting {
                tally.exchangesFailed += 1
                laneFailed(lane, at: now)
            } else {
                askForPart(lane, at: now.moment)
            }
            guard pull.isRunning else { return }
        }
    }

    private mutating func startPull(at now: Moment) {
        pull.at = .never
        var owners: [Pull.Owner] = []
        for rank in 0..<roster.count {
            let position = roster[rank: rank]
            let row = roster.rows[position]
            guard row.flags.contains(.pull), !row.flags.contains(.frozen) else { continue }
            guard row.isRoutable, row.slot != Follower.noSlot else {
                roster.rows[position].flags.remove(.pull)
                continue
            }
            owners.append(Pull.Owner(beacon: row.beacon, session: row.session))
        }
        guard !owners.isEmpty, let peer = peerForPull(owners) else { return }
        for owner in owners {
            guard let position = roster.find(owner.beacon) else { continue }
            roster.rows[position].flags.insert(.frozen)
            roster.rows[position].flags.remove(.partial)
        }
        pull.owners = owners
        pull.startedAt = now
        pull.lanes = [Pull.Lane(next: 0, end: PullRequest.end, peer: peer, dueAt: now)]
        askForPart(0, at: now)
    }

    /// Of one owner: whoever told of its head, or itself. Of many: anybody.
    private mutating func peerForPull(_ owners: [Pull.Owner]) -> BeaconID? {
        if owners.count == 1, let position = roster.find(owners[0].beacon), pull.failures < 2 {
            let row = roster.rows[position]
            return pull.failures == 0 && isRoutable(row.source) ? row.source : row.beacon
        }
        return anyPeer(but: nil)
    }

    func isRoutable(_ beacon: BeaconID) -> Bool { roster.find(beacon).map { roster.rows[$0].isRoutable } ?? false }

    mutating func anyPeer(but beacon: BeaconID?) -> BeaconID? {
        let peers = routablePeers.map { roster.rows[$0].beacon }.sorted()
        return peers.filter { $0 != beacon }.randomElement(using: &dice) ?? peers.first
    }

    private mutating func askForPart(_ index: Int, at now: Moment) {
        let ticket = newTicket()
        pull.lanes[index].ticket = ticket
        pull.lanes[index].isWaiting = true
        pull.lanes[index].dueAt = now + settings.exchangeTimeout
        let lane = pull.lanes[index]
        outputs.push(.exchange(ticket: ticket, to: lane.peer, request: partRequest(lane).bytes))
    }

    private func partRequest(_ lane: Pull.Lane) -> PullRequest {
        let owners = pull.owners.map { owner in
            PullRequest.Owner(
                beacon: owner.beacon, session: owner.session,
                cursor: roster.find(owner.beacon).map { roster.rows[$0].cursor } ?? 0)
        }
        return PullRequest(from: lane.next, end: lane.end, owners: owners)
    }

    mutating func laneEnded(_ index: Int, _ bytes: [UInt8]?, at now: ClusterTime) {
        let lane = pull.lanes[index]
        guard let bytes else { return laneFailed(index, at: now) }
        guard let reply = PullReply(bytes, to: partRequest(lane)) else {
            tally.malformed += 1
            return laneFailed(index, at: now)
        }
        apply(reply, from: lane.next, at: now)
        pull.lanes[index].next = reply.next
        pull.lanes[index].isWaiting = false
        pull.lanes[index].failures = 0
        pull.lanes[index].dueAt = now.moment
        if pull.lanes.count == 1 { split(span: reply.next - lane.next, at: now.moment) }
        for other in pull.lanes.indices where pull.lanes[other].dueAt <= now.moment {
            if !pull.lanes[other].isDone, !pull.lanes[other].isWaiting { askForPart(other, at: now.moment) }
        }
        finishPullIfDone(at: now)
    }

    /// After the first part it is clear whether there is much more: then several peers are asked side by side.
    private mutating func split(span: UInt64, at now: Moment) {
        let lane = pull.lanes[0]
        let rest = lane.end - lane.next
        guard lane.next < lane.end, rest > span * 2 else { return }
        let ways = UInt64(max(1, settings.pullWindow))
        pull.lanes = (0..<ways).map { way in
            Pull.Lane(
                next: lane.next + rest * way / ways, end: lane.next + rest * (way + 1) / ways,
                peer: way == 0 ? lane.peer : anyPeer(but: nil) ?? lane.peer, dueAt: now)
        }
    }

    private mutating func laneFailed(_ index: Int, at now: ClusterTime) {
        pull.lanes[index].isWaiting = false
        pull.lanes[index].failures += 1
        let failures = pull.lanes[index].failures
        guard failures < Self.failureLimit, let peer = anyPeer(but: pull.lanes[index].peer) else {
            for owner in pull.owners.indices { pull.owners[owner].isMissing = true }
            for lane in pull.lanes.indices { pull.lanes[lane].next = pull.lanes[lane].end }
            return finishPullIfDone(at: now)
        }
        pull.lanes[index].peer = peer
        pull.lanes[index].dueAt = now.moment + .milliseconds(50 << UInt64(failures))
    }

    // MARK: Parts

    /// In the places that the part covers, the owners served have exactly its entries.
    private mutating func apply(_ reply: PullReply, from start: UInt64, at now: ClusterTime) {
        var positions = Array(repeating: -1, count: pull.owners.count)
        var isServed = Array(repeating: false, count: pull.owners.count)
        for served in reply.served {
            let index = Int(served.index)
            let owner = pull.owners[index]
            guard let position = roster.find(owner.beacon), roster.rows[position].session == owner.session,
                roster.rows[position].flags.contains(.frozen), served.cursor >= roster.rows[position].cursor
            else { continue }
            isServed[index] = true
            positions[index] = position
            pull.owners[index].first = min(owner.first, served.cursor)
            pull.owners[index].last = max(owner.last, served.cursor)
            roster.rows[position].settledAt = max(roster.rows[position].settledAt, served.cursor)
        }
        for index in isServed.indices where !isServed[index] { pull.owners[index].isMissing = true }
        eraseOthers(than: reply.entries, in: start..<reply.next, positions)
        for entry in reply.entries where positions[Int(entry.owner)] >= 0 {
            file(entry.place, entry.stamp, positions[Int(entry.owner)], at: now)
        }
    }

    /// Removes what the owners at `positions` have in a range of places, but for the entries given.
    private mutating func eraseOthers(than entries: [ShardEntry], in range: Range<UInt64>, _ positions: [Int]) {
        var indexOf = Array(repeating: UInt16.max, count: table.slotsInUse)
        var hasSome = false
        for (index, position) in positions.enumerated() where position >= 0 {
            guard count(roster.rows[position]) > 0 else { continue }
            indexOf[Int(roster.rows[position].slot)] = UInt16(index)
            hasSome = true
        }
        guard hasSome else { return }
        for old in table.sorted(in: range, indexOf) where !entries.containsSorted(old) {
            erase(old.place, positions[Int(old.owner)])
        }
    }

    // MARK: The end

    private mutating func finishPullIfDone(at now: ClusterTime) {
        guard pull.isRunning, pull.lanes.allSatisfy(\.isDone) else { return }
        let owners = pull.owners
        let took = now.moment.since(pull.startedAt)
        pull.owners = []
        pull.lanes = []
        var missing = false
        for owner in owners {
            guard let position = roster.find(owner.beacon), roster.rows[position].session == owner.session else {
                continue
            }
            guard roster.rows[position].flags.contains(.frozen) else { continue }
            roster.rows[position].flags.remove(.frozen)
            if owner.isMissing || owner.first == .max {
                missing = stillWants(position) || missing
            } else {
                caughtUp(position, owner, took, at: now)
            }
            resume(position, at: now)
        }
        pull.failures = missing ? pull.failures + 1 : 0
        if missing {
            pull.at = now.moment + .milliseconds(100 << min(pull.failures, 5))
        } else if roster.rows.contains(where: { $0.flags.contains(.pull) && $0.isRoutable }) {
            pull.at = now.moment + .milliseconds(5)
        }
    }

    private mutating func caughtUp(_ position: Int, _ owner: Pull.Owner, _ took: Delay, at now: ClusterTime) {
        roster.rows[position].flags.subtract([.pull])
        // Its batches may have carried it further than the parts meanwhile.
        roster.rows[position].cursor = max(roster.rows[position].cursor, owner.first)
        roster.rows[position].head = max(roster.rows[position].head, owner.last)
        roster.rows[position].confirmedAt = now.moment
        let entries = count(roster.rows[position])
        guard entries > 0 || owner.first > 0 else { return }
        tally.snapshotsTaken += 1
        outputs.push(.event(.snapshotTaken(owner: owner.beacon, entries: entries, took: took)))
    }

    /// Nobody asked so far had it, or had more of it than we. A head that we know of must be reached; else, if nothing of it
    /// is here, a few more are asked, and then it is left to the heads to tell.
    private mutating func stillWants(_ position: Int) -> Bool {
        let row = roster.rows[position]
        let isReached = row.cursor > 0 && row.cursor >= row.settledAt
        if row.hasGap || pull.failures < 3 && !isReached { return true }
        roster.rows[position].flags.remove(.pull)
        return false
    }

    /// Batches that have waited, and what is still missing.
    mutating func resume(_ position: Int, at now: ClusterTime) {
        applyHeld(position, at: now)
        if roster.rows[position].hasGap {
            noteGap(position, patience: Delay(nanoseconds: 0), at: now.moment)
        } else if roster.rows[position].flags.contains(.pull) {
            armPull(at: now.moment)
        }
    }
}

extension [ShardEntry] {
    /// Whether there is an entry of the same place and owner. They are sorted.
    func containsSorted(_ entry: ShardEntry) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if ShardEntry.isBefore(self[middle], entry) { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].place == entry.place && self[low].owner == entry.owner
    }
}
