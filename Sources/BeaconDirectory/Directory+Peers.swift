public import BeaconBasics

extension Directory {
    // MARK: Members

    /// Every change of a member, as membership tells it.
    public mutating func memberChanged(_ member: Member, at now: ClusterTime) {
        seenAt = max(seenAt, now.moment)
        guard member.beacon != me else { return }
        guard let position = roster.find(member.beacon) ?? admit(member, at: now.moment) else { return }
        let row = roster.rows[position]
        guard member.session >= row.session else { return }
        if member.session > row.session { restartLog(position, member, at: now.moment) }
        update(position, member, at: now)
    }

    /// Membership has forgotten it for good.
    public mutating func memberForgotten(_ beacon: BeaconID) {
        guard let position = roster.find(beacon) else { return }
        setRoutable(position, false, at: nil)
        dropLog(position)
        roster.remove(position)
    }

    private mutating func admit(_ member: Member, at now: Moment) -> Int? {
        guard member.state.isRoutable else { return nil }
        guard roster.count < min(settings.beacons, 65_535) else {
            tally.ownersRefused += 1
            return nil
        }
        return roster.insert(
            Follower(beacon: member.beacon, source: member.beacon, session: member.session, confirmedAt: now))
    }

    /// A new session: the old one's entries are unroutable from here on, and a new log begins at nothing.
    private mutating func restartLog(_ position: Int, _ member: Member, at now: Moment) {
        dropLog(position)
        let old = roster.rows[position]
        var row = Follower(beacon: member.beacon, source: member.beacon, session: member.session, confirmedAt: now)
        row.flags = old.flags.intersection([.routable, .gap, .quarantined])
        row.diedAt = old.diedAt
        row.budget = old.budget
        roster.rows[position] = row
    }

    /// Lets go of all that is known of a log. Its entries are swept in time.
    mutating func dropLog(_ position: Int) {
        let row = roster.rows[position]
        if row.held > 0 { held.removeAll { $0.owner == row.beacon } }
        if row.slot != Follower.noSlot {
            round.forget(row.slot)
            table.retire(row.slot)
            round.hurry(at: seenAt)
        }
        var empty = Follower(
            beacon: row.beacon, source: row.beacon, session: row.session, confirmedAt: row.confirmedAt)
        empty.flags = row.flags.subtracting([.pull, .frozen, .partial])
        empty.budget = row.budget
        empty.diedAt = row.diedAt
        roster.rows[position] = empty
    }

    private mutating func update(_ position: Int, _ member: Member, at now: ClusterTime) {
        var isBack = setRoutable(position, member.state.isRoutable, at: now.moment)
        if member.state.isRoutable, roster.rows[position].slot == Follower.noSlot {
            isBack = true
            guard let slot = table.addOwner(member.beacon, member.session, member.data, []) else {
                return tally.ownersRefused += 1
            }
            round.forget(slot)
            roster.rows[position].slot = slot
            wantAllSoon(position, at: now.moment)
        }
        let row = roster.rows[position]
        guard row.slot != Follower.noSlot else { return }
        var flags: OwnerFlags = row.isRoutable ? .routable : []
        if member.isDraining { flags.insert(.draining) }
        table.setAddress(row.slot, member.data)
        table.setFlags(row.slot, flags)
        if isBack { greet(position, at: now.moment) }
    }

    /// A peer is new, or back: it is told our head, as it tells us its own.
    private mutating func greet(_ position: Int, at now: Moment) {
        let row = roster.rows[position]
        if sequence > 0 { outputs.push(.send(.head(ownHead), to: row.beacon)) }
        if row.hasGap { noteGap(position, patience: settings.gapPatience, at: now) }
        // While it was away, its entries took nothing from us.
        if count(row) > 0, table.count(ownSlot) > 0 {
            round.settlesOwn = true
            round.hurry(at: now)
        }
    }

    /// Whether it has become routable.
    @discardableResult
    private mutating func setRoutable(_ position: Int, _ isRoutable: Bool, at now: Moment?) -> Bool {
        guard roster.rows[position].isRoutable != isRoutable else { return false }
        if isRoutable {
            roster.rows[position].flags.insert(.routable)
            livePeers += 1
        } else {
            roster.rows[position].flags.remove(.routable)
            livePeers -= 1
            if let now { noteDeath(position, at: now) }
        }
        return isRoutable
    }

    // MARK: Heads

    /// Heads for a ping or ack: ours first; then, up to half, of logs that have moved on lately; then others' in turn.
    /// `limit` counts them all.
    public mutating func heads(limit: Int) -> [LogHead] {
        guard limit > 0 else { return [] }
        var heads = [ownHead]
        heads.reserveCapacity(min(limit, roster.count + 1))
        for _ in 0..<min(limit / 2, fresh.count) {
            guard let owner = fresh.next(), let position = roster.find(owner), let head = head(roster.rows[position])
            else { continue }
            heads.append(head)
        }
        let told = heads.count
        var looked = 0
        while heads.count < limit, looked < min(roster.count, 4 * limit) {
            if headTurn >= roster.count { headTurn = 0 }
            let row = roster.rows[roster[rank: headTurn]]
            headTurn += 1
            looked += 1
            guard !heads[..<told].contains(where: { $0.owner == row.beacon }), let head = head(row) else { continue }
            heads.append(head)
        }
        return heads
    }

    /// nil unless it may be told of.
    private func head(_ row: Follower) -> LogHead? {
        guard row.isRoutable, row.isSettled, row.cursor > 0 else { return nil }
        return LogHead(
            owner: row.beacon, session: row.session, sequence: row.cursor, root: UInt32(truncatingIfNeeded: root(row)))
    }

    var ownHead: LogHead {
        LogHead(owner: me, session: session, sequence: sequence, root: UInt32(truncatingIfNeeded: ownRoot))
    }

    /// What `sender` says of the logs.
    public mutating func learn(_ heads: [LogHead], from sender: BeaconID, at now: ClusterTime) {
        for head in heads where head.owner != me { learn(head, from: sender, at: now.moment) }
    }

    mutating func learn(_ head: LogHead, from sender: BeaconID, at now: Moment) {
        guard let position = roster.find(head.owner), roster.rows[position].session == head.session else { return }
        if head.sequence > roster.rows[position].head {
            roster.rows[position].head = head.sequence
            roster.rows[position].source = sender
        }
        let row = roster.rows[position]
        if row.cursor < head.sequence {
            noteGap(position, patience: settings.gapPatience, at: now)
        } else if row.cursor == head.sequence {
            roster.rows[position].confirmedAt = now
            if row.isSettled, UInt32(truncatingIfNeeded: root(row)) != head.root {
                digestsDiffer(position, isCertain: sender == head.owner, at: now)
            }
        }
    }

    /// Says our last change again.
    mutating func sendEcho(at now: Moment) {
        let peers = routablePeers
        if let batch = echo.batch {
            broadcast(.batch(batch), bytes: batch.bytes.count, to: peers, at: now)
        } else {
            broadcast(.head(ownHead), bytes: 24, to: peers, at: now)
        }
        echo.sent(at: now)
    }
}
