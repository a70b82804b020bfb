import BeaconBasics

/// One shard being compared with a peer's, bucket by bucket. Its log stands still meanwhile.
struct Repair {
    let owner: BeaconID
    let session: SessionID
    /// At which our digests were taken.
    var cursor: UInt64
    var bits: UInt8
    var peer: BeaconID
    var ticket: UInt64
    var dueAt: Moment
    var rounds = 0
    var failures = 0
    /// Whether it has been said that something is wrong. If only a third beacon has another digest, it may be that one.
    var isReported: Bool
}

extension Directory {
    private static let roundLimit = 64
    private static let failureLimit = 2

    /// Equal cursors, other contents: somebody's memory or code is at fault. Ours, if that is certain; else it is for
    /// the owner to say.
    mutating func digestsDiffer(_ position: Int, isCertain: Bool, at now: Moment) {
        let row = roster.rows[position]
        guard row.repairedAt == Moment(nanoseconds: 0) || now.since(row.repairedAt) >= settings.repairPause else {
            return
        }
        roster.rows[position].repairedAt = now
        if isCertain { reportMismatch(of: row.beacon) }
        startRepair(of: row.beacon, isReported: isCertain, at: now)
    }

    mutating func reportMismatch(of owner: BeaconID) {
        tally.digestMismatches += 1
        outputs.push(.event(.digestMismatch(owner: owner)))
    }

    /// One at a time; whoever finds another under way tries again when heads tell of it again.
    mutating func startRepair(of owner: BeaconID, isReported: Bool, at now: Moment) {
        guard repair == nil, let log = servable(owner, owner == me ? session : sessionOf(owner)) else { return }
        guard let peer = owner != me && isRoutable(owner) ? owner : anyPeer(but: nil) else { return }
        repair = Repair(
            owner: owner, session: owner == me ? session : sessionOf(owner), cursor: log.cursor, bits: 0, peer: peer,
            ticket: 0, dueAt: now, isReported: isReported)
        if let position = roster.find(owner) { roster.rows[position].flags.insert(.frozen) }
        askForRepair(at: now)
    }

    private func sessionOf(_ owner: BeaconID) -> SessionID {
        roster.find(owner).map { roster.rows[$0].session } ?? SessionID(0)
    }

    mutating func advanceRepair(at now: ClusterTime) {
        guard repair != nil else { return }
        tally.exchangesFailed += 1
        repairFailed(at: now)
    }

    private mutating func askForRepair(at now: Moment) {
        guard let repair, let slot = slotOf(repair.owner) else { return }
        for segment in 0..<table.entries.segmentCount { table.dropStrays(in: segment) }
        let bits = RepairRequest.bits(for: table.count(slot))
        let (digests, count) = table.digests(of: slot, bits: bits)
        let ticket = newTicket()
        self.repair?.bits = bits
        self.repair?.ticket = ticket
        self.repair?.dueAt = now + settings.repairTimeout
        // The running digest and count are what the entries say, whatever they were.
        table.recount(slot, count)
        if let position = roster.find(repair.owner) {
            roster.rows[position].digest = ShardDigest(sum: digests.reduce(0, ^))
        }
        let request = RepairRequest(
            owner: repair.owner, session: repair.session, cursor: repair.cursor, bits: bits, digests: digests)
        outputs.push(.exchange(ticket: ticket, to: repair.peer, request: request.bytes))
    }

    private func slotOf(_ owner: BeaconID) -> UInt16? {
        if owner == me { return ownSlot }
        guard let position = roster.find(owner), roster.rows[position].slot != Follower.noSlot else { return nil }
        return roster.rows[position].slot
    }

    // MARK: Answering

    mutating func serve(_ request: RepairRequest) -> [UInt8]? {
        guard let log = servable(request.owner, request.session), log.cursor >= request.cursor else { return nil }
        let ours = table.digests(of: log.slot, bits: request.bits).buckets
        var entries: [ShardEntry] = []
        var buckets: [Int] = []
        var end = ours.count
        for bucket in ours.indices where ours[bucket] != request.digests[bucket] {
            // The first one always goes, so that there is progress.
            if entries.count * 10 > settings.partBytes {
                end = bucket
                break
            }
            entries += table.sorted(of: log.slot, inBucket: bucket, bits: request.bits)
            buckets.append(bucket)
        }
        let encoded = ShardEntries.encode(entries, limit: ShardEntries.limit - 64)
        guard encoded.count == entries.count else { return nil }
        return RepairReply.bytes(cursor: log.cursor, end: end, buckets: buckets, packed: encoded.bytes)
    }

    // MARK: Taking the answer

    mutating func repairEnded(_ bytes: [UInt8]?, at now: ClusterTime) {
        guard let repair else { return }
        guard let bytes, let slot = slotOf(repair.owner), isUnchanged(repair) else { return repairFailed(at: now) }
        guard let reply = RepairReply(bytes, bits: repair.bits), reply.cursor >= repair.cursor else {
            tally.malformed += 1
            return repairFailed(at: now)
        }
        if !repair.isReported, !reply.buckets.isEmpty {
            self.repair?.isReported = true
            reportMismatch(of: repair.owner)
        }
        apply(reply, repair, slot, at: now)
        self.repair?.rounds += 1
        if reply.end < 1 << Int(repair.bits) {
            // More of it differs than one answer holds.
            if repair.rounds < Self.roundLimit { askForRepair(at: now.moment) } else { repairFailed(at: now) }
            return
        }
        endRepair(cursor: reply.cursor, at: now)
    }

    private func isUnchanged(_ repair: Repair) -> Bool {
        if repair.owner == me { return session == repair.session && sequence == repair.cursor && pending.isEmpty }
        guard let position = roster.find(repair.owner) else { return false }
        return roster.rows[position].session == repair.session && roster.rows[position].cursor == repair.cursor
    }

    private mutating func apply(_ reply: RepairReply, _ repair: Repair, _ slot: UInt16, at now: ClusterTime) {
        for bucket in reply.buckets {
            for old in table.sorted(of: slot, inBucket: bucket, bits: repair.bits)
            where !reply.entries.containsSorted(old) {
                tally.entriesRepaired += 1
                if let position = roster.find(repair.owner) {
                    erase(old.place, position)
                } else {
                    _ = table.remove(old.place, slot)
                }
            }
        }
        for entry in reply.entries where table.stamp(entry.place, slot) != entry.stamp {
            tally.entriesRepaired += 1
            if let position = roster.find(repair.owner) {
                file(entry.place, entry.stamp, position, at: now)
            } else {
                _ = table.set(entry.place, slot, entry.stamp, also: nil)
            }
        }
    }

    private mutating func endRepair(cursor: UInt64, at now: ClusterTime) {
        guard let done = repair else { return }
        repair = nil
        guard let position = roster.find(done.owner), roster.rows[position].session == done.session else { return }
        roster.rows[position].flags.remove(.frozen)
        roster.rows[position].cursor = cursor
        roster.rows[position].head = max(roster.rows[position].head, cursor)
        roster.rows[position].confirmedAt = now.moment
        resume(position, at: now)
    }

    /// Another peer, a few times; then it is left to the next head that differs.
    private mutating func repairFailed(at now: ClusterTime) {
        guard let failed = repair else { return }
        if failed.failures < Self.failureLimit, isUnchanged(failed), let peer = anyPeer(but: failed.peer) {
            repair?.failures += 1
            repair?.peer = peer
            return askForRepair(at: now.moment)
        }
        repair = nil
        guard let position = roster.find(failed.owner), roster.rows[position].session == failed.session else { return }
        roster.rows[position].flags.remove(.frozen)
        resume(position, at: now)
    }
}
