import BeaconBasics

extension Directory {
    mutating func advanceRound(at now: ClusterTime) {
        if round.segment == nil {
            // Nothing here: nothing to look at.
            guard table.count > 0 else {
                round.isUrgent = false
                return round.end(next: now.moment + settings.scrubInterval)
            }
            round.isUrgent = round.settlesOwn || !table.retired.isEmpty
            round.begin(slots: table.slotsInUse)
        }
        var segment = round.segment ?? 0
        var looked = 0
        let isRetired = table.retiredMap
        while segment < table.entries.segmentCount, looked < Round.slice {
            looked += table.entries.slots(in: segment) + 16
            look(segment, isRetired, at: now)
            segment += 1
        }
        if segment == table.entries.segmentCount { endRound(at: now) }
    }

    private mutating func look(_ segment: Int, _ isRetired: [Bool], at now: ClusterTime) {
        table.dropStrays(in: segment)
        var swept: [(Place, UInt16)] = []
        var own: [(Place, Stamp)] = []
        table.entries.forEach(in: segment) { key, slot, stamp in
            let place = Place(of: NodeID(key))
            round.add(ShardDigest.hash(place, Stamp(stamp)), slot)
            if Int(slot) < isRetired.count, isRetired[Int(slot)] { swept.append((place, slot)) }
            if slot == ownSlot, round.settles { own.append((place, Stamp(stamp))) }
        }
        // What changes from here on, changes behind the round.
        round.pass(to: segment + 1, at: now.moment)
        for (place, slot) in swept { _ = table.remove(place, slot) }
        for (place, stamp) in own {
            guard let other = table.locate(place.node).other, (other.stamp, other.beacon) > (stamp, me) else {
                continue
            }
            supersede(place, by: other.beacon, other.stamp, at: now)
        }
    }

    private mutating func endRound(at now: ClusterTime) {
        if !pending.isEmpty { flush(at: now) }
        scrub(at: now)
        retryPartial(at: now.moment)
        let again = round.settlesOwn || !table.retired.isEmpty
        round.isUrgent = false
        round.end(next: now.moment + settings.scrubInterval)
        if again { round.hurry(at: now.moment) }
    }

    /// Compares what the entries add up to with the digests that were kept along the way.
    private mutating func scrub(at now: ClusterTime) {
        for rank in 0..<roster.count {
            let position = roster[rank: rank]
            let row = roster.rows[position]
            guard row.isSettled, let sum = round.sum(row.slot), sum != row.digest.sum else { continue }
            digestsDiffer(position, isCertain: true, at: now.moment)
        }
        if let sum = round.sum(ownSlot), sum != shipped.sum {
            reportMismatch(of: me)
            startRepair(of: me, isReported: true, at: now.moment)
        }
    }

    /// Shards of which some entries found no room: once there is some, they are fetched again.
    private mutating func retryPartial(at now: Moment) {
        guard table.count < table.capacity / 16 * 15 else { return }
        for position in roster.rows.indices where roster.rows[position].flags.contains(.partial) {
            if roster.rows[position].isRoutable { wantSnapshot(position, at: now) }
        }
    }

    // MARK: Quarantine

    mutating func noteDeath(_ position: Int, at now: Moment) {
        roster.rows[position].diedAt = now
        guard !roster.rows[position].flags.contains(.quarantined) else { return }
        roster.rows[position].flags.insert(.quarantined)
        quarantine.append(roster.rows[position].beacon)
        quarantineDueAt = min(quarantineDueAt, now + settings.quarantine)
    }

    /// Gives up the entries of owners that have been dead for so long.
    mutating func endQuarantines(at now: Moment) {
        quarantineDueAt = .never
        var remaining: [BeaconID] = []
        for beacon in quarantine {
            guard let position = roster.find(beacon), roster.rows[position].flags.contains(.quarantined) else {
                continue
            }
            let row = roster.rows[position]
            let due = row.diedAt + settings.quarantine
            if row.isRoutable {
                roster.rows[position].flags.remove(.quarantined)
            } else if due <= now {
                roster.rows[position].flags.remove(.quarantined)
                dropLog(position)
            } else {
                remaining.append(beacon)
                quarantineDueAt = min(quarantineDueAt, due)
            }
        }
        quarantine = remaining
    }
}
