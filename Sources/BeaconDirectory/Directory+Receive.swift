public import BeaconBasics

extension Directory {
    public mutating func receive(
        _ message: DirectoryMessage, from sender: BeaconID, session: SessionID, at now: ClusterTime
    ) {
        guard sender != me, let position = roster.find(sender), roster.rows[position].session == session else {
            tally.batchesIgnored += 1
            return
        }
        switch message {
        case .batch(let batch):
            // Single writer: nobody ships another's log.
            guard batch.owner == sender else { return tally.malformed += 1 }
            take(batch, from: sender, at: now)
        case .repair(let batch): take(batch, from: sender, at: now)
        case .nack(let gap): fill(gap, for: position, at: now)
        case .gone(let owner, let session): gapIsLost(owner, session, from: sender, at: now.moment)
        case .head(let head):
            guard head.owner == sender else { return tally.malformed += 1 }
            learn(head, from: sender, at: now.moment)
        }
    }

    // MARK: Batches

    /// Applies a batch that continues the log here, holds one that is early, ignores any other.
    private mutating func take(_ batch: LogBatch, from sender: BeaconID, at now: ClusterTime) {
        guard let position = roster.find(batch.owner), roster.rows[position].session == batch.session,
            roster.rows[position].slot != Follower.noSlot
        else { return tally.batchesIgnored += 1 }
        if batch.last > roster.rows[position].head {
            roster.rows[position].head = batch.last
            roster.rows[position].source = sender
        }
        guard batch.last > roster.rows[position].cursor else { return tally.batchesIgnored += 1 }
        if stands(position) || batch.after > roster.rows[position].cursor {
            hold(batch, position, at: now.moment)
        } else if apply(batch, position, at: now) {
            applyHeld(position, at: now)
        }
        if roster.rows[position].hasGap { noteGap(position, patience: settings.gapPatience, at: now.moment) }
    }

    /// While a log is compared bucket by bucket nothing moves in it. One that is being pulled goes on where it can: a stream
    /// may take seconds where datagrams are lost, and what follows on what we have needs no snapshot. But once a part of
    /// the snapshot is ahead of the cursor, batches wait: they would undo there what later ones did, and the cursor is about
    /// to pass those.
    func stands(_ position: Int) -> Bool {
        let row = roster.rows[position]
        guard row.flags.contains(.frozen) else { return false }
        return row.settledAt > row.cursor || repair?.owner == row.beacon
    }

    /// All of it, or nothing.
    private mutating func apply(_ batch: LogBatch, _ position: Int, at now: ClusterTime) -> Bool {
        guard let operations = batch.operations else {
            tally.malformed += 1
            return false
        }
        for operation in operations { apply(operation, position, at: now) }
        roster.rows[position].cursor = batch.last
        roster.rows[position].confirmedAt = now.moment
        fresh.changed(batch.owner)
        if roster.rows[position].attempts > 0 {
            roster.rows[position].attempts = 0
            roster.rows[position].nackAt = min(roster.rows[position].nackAt, now.moment + settings.nackRetry)
            gapsDueAt = min(gapsDueAt, roster.rows[position].nackAt)
        }
        tally.batchesApplied += 1
        relayed.append(batch, at: now.moment)
        relayed.trim(operations: .max, bytes: settings.relayedBytes, age: settings.relayedAge, at: now.moment)
        return true
    }

    private mutating func apply(_ operation: LogOperation, _ position: Int, at now: ClusterTime) {
        let place = Place(of: operation.node)
        switch operation.change {
        case .put(let stamp): file(place, stamp, position, at: now)
        case .removed: erase(place, position)
        }
    }

    /// Files an entry of another's; ours goes if that is the later one.
    mutating func file(_ place: Place, _ stamp: Stamp, _ position: Int, at now: ClusterTime) {
        let row = roster.rows[position]
        clock.absorb(stamp, at: now)
        let outcome = table.set(place, row.slot, stamp, also: ownSlot)
        guard !outcome.isRefused else {
            roster.rows[position].flags.insert(.partial)
            return refuse(at: now.moment)
        }
        if outcome.previous == stamp.rawValue { return }
        if let previous = outcome.previous { toggle(position, place, Stamp(previous)) }
        toggle(position, place, stamp)
        if let own = outcome.also, row.isRoutable, (stamp, row.beacon) > (Stamp(own), me) {
            supersede(place, by: row.beacon, stamp, at: now)
        }
    }

    mutating func erase(_ place: Place, _ position: Int) {
        if let stamp = table.remove(place, roster.rows[position].slot) { toggle(position, place, stamp) }
    }

    mutating func toggle(_ position: Int, _ place: Place, _ stamp: Stamp) {
        let hash = ShardDigest.hash(place, stamp)
        roster.rows[position].digest.toggle(hash)
        round.changed(hash, roster.rows[position].slot, inSegment: table.entries.segment(place))
    }

    // MARK: Early batches

    private mutating func hold(_ batch: LogBatch, _ position: Int, at now: Moment) {
        let row = roster.rows[position]
        if held.contains(where: { $0.owner == batch.owner && $0.after == batch.after && $0.last == batch.last }) {
            return tally.batchesIgnored += 1
        }
        guard row.held < settings.heldPerOwner, held.count < settings.heldBatches else {
            tally.heldFull += 1
            return
        }
        held.append(batch)
        roster.rows[position].held += 1
    }

    mutating func applyHeld(_ position: Int, at now: ClusterTime) {
        while roster.rows[position].held > 0, let index = nextHeld(position) {
            let batch = held.remove(at: index)
            roster.rows[position].held -= 1
            if batch.last > roster.rows[position].cursor { _ = apply(batch, position, at: now) }
        }
    }

    /// One that the cursor has reached or passed.
    private func nextHeld(_ position: Int) -> Int? {
        let row = roster.rows[position]
        return held.firstIndex { $0.owner == row.beacon && $0.after <= row.cursor }
    }

    /// The gaps between the cursor, what is held, and the head: the first few.
    func holes(_ row: Follower, limit: Int) -> [ClosedRange<UInt64>] {
        var reached = row.cursor
        var holes: [ClosedRange<UInt64>] = []
        let early = row.held == 0 ? [] : held.filter { $0.owner == row.beacon }.sorted { $0.after < $1.after }
        for batch in early where holes.count < limit {
            if batch.after > reached { holes.append(reached...batch.after) }
            reached = max(reached, batch.last)
        }
        if holes.count < limit, row.head > reached { holes.append(reached...row.head) }
        return holes
    }
}
