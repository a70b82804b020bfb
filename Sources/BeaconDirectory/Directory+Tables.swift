public import BeaconBasics

extension Directory {
    /// All that grows here with the fleet or with what peers send, and its bounds.
    public var tables: [TableUse] {
        [
            TableUse("directory.entries", table.count, of: table.capacity),
            TableUse("directory.owners", roster.count, of: settings.beacons),
            TableUse("directory.slots", table.slotsInUse, of: OwnerRows.limit),
            TableUse("directory.pending", pending.count, of: Self.pendingLimit),
            TableUse("directory.tail_operations", tail.operations, of: settings.tailOperations),
            TableUse("directory.relayed_bytes", relayed.bytes, of: settings.relayedBytes),
            TableUse("directory.held", held.count, of: settings.heldBatches),
            TableUse("directory.gaps", gaps.count, of: roster.count),
            TableUse("directory.quarantine", quarantine.count, of: roster.count),
            TableUse("directory.pull_owners", pull.owners.count, of: roster.count),
            TableUse("directory.pull_lanes", pull.lanes.count, of: settings.pullWindow),
        ]
    }
}
