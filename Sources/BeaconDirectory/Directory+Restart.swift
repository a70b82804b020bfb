public import BeaconBasics

extension Directory {
    /// With more nodes than this, a new log does not begin with an operation for each but with its number, and the
    /// peers fetch a snapshot.
    private static let shippedAnew = 4_096

    /// Our session was raised: a new log, with the same nodes.
    public mutating func restart(session: SessionID, at now: ClusterTime) {
        guard session > self.session, let slot = table.addOwner(me, session, .none, [.own, .routable]) else { return }
        let old = ownSlot
        self.session = session
        ownSlot = slot
        if repair?.owner == me { repair = nil }
        round.forget(old)
        round.forget(slot)
        tail.removeAll()
        pending = [:]
        echo.stop()
        moveNodes(from: old, to: slot)
        table.retire(old)
        beginLog(at: now)
    }

    private mutating func moveNodes(from old: UInt16, to slot: UInt16) {
        for segment in 0..<table.entries.segmentCount {
            var nodes: [NodeID] = []
            table.entries.forEach(in: segment) { key, owner, _ in
                if owner == old { nodes.append(NodeID(key)) }
            }
            for node in nodes { table.move(Place(of: node), from: old, to: slot) }
        }
    }

    private mutating func beginLog(at now: ClusterTime) {
        sequence = 0
        shipped = ShardDigest()
        shippedCount = 0
        let entries = table.sorted(of: ownSlot, inBucket: 0, bits: 0)
        if entries.count <= Self.shippedAnew {
            for entry in entries { pending[entry.place.node] = PendingChange(shipped: Stamp(0), reason: .removed) }
            flushAt = now.moment + settings.flushDelay
            return
        }
        for entry in entries { shipped.toggle(ShardDigest.hash(entry.place, entry.stamp)) }
        shippedCount = entries.count
        sequence = UInt64(entries.count)
        flushAt = .never
        broadcast(.head(ownHead), bytes: 24, to: routablePeers, at: now.moment)
    }
}
