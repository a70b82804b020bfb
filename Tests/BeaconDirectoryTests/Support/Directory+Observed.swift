import BeaconBasics

@testable import BeaconDirectory

extension Directory {
    /// Every log whose state is of one moment.
    func observe(_ body: (BeaconID, SessionID, UInt64, UInt64) -> Void) {
        if pending.isEmpty { body(me, session, sequence, ownRoot) }
        for row in roster.rows where row.isSettled && row.cursor > 0 {
            body(row.beacon, row.session, row.cursor, root(row))
        }
    }

    func shard(of owner: BeaconID) -> [UInt32: UInt64] {
        guard let slot = owner == me ? ownSlot : roster.find(owner).map({ roster.rows[$0].slot }) else { return [:] }
        var shard: [UInt32: UInt64] = [:]
        for segment in 0..<table.entries.segmentCount {
            table.entries.forEach(in: segment) { key, entryOwner, stamp in
                if entryOwner == slot { shard[key] = stamp }
            }
        }
        return shard
    }
}
