extension SnapshotMeta {
    /// The rows of the table `meta`.
    var facts: [(name: String, value: String)] {
        [
            ("schema", "\(schema)"), ("reason", reason.rawValue), ("taken_at", "\(takenAt)"),
            ("started_at", "\(startedAt)"), ("beacon_id", "\(beaconID)"), ("session", "\(session)"),
            ("fleet_label", fleetLabel), ("version", version), ("kernel", kernel), ("host", host),
            ("listen", listen), ("process_id", "\(processID)"), ("time_to_live", "\(timeToLive)"),
            ("nodes", "\(nodes)"),
        ]
    }

    /// nil if what a reader cannot do without is missing or senseless.
    init?(_ facts: [String: String]) {
        func number<Value: LosslessStringConvertible>(_ name: String) -> Value? { facts[name].flatMap { Value($0) } }
        guard let schema: Int = number("schema"), let takenAt: Double = number("taken_at"), takenAt.isFinite,
            let beaconID: UInt32 = number("beacon_id")
        else { return nil }
        self.schema = schema
        self.takenAt = takenAt
        self.beaconID = beaconID
        reason = facts["reason"].flatMap(SnapshotReason.init) ?? .operator
        startedAt = number("started_at") ?? 0
        session = number("session") ?? 0
        fleetLabel = facts["fleet_label"] ?? ""
        version = facts["version"] ?? ""
        kernel = facts["kernel"] ?? ""
        host = facts["host"] ?? ""
        listen = facts["listen"] ?? ""
        processID = number("process_id") ?? 0
        timeToLive = number("time_to_live") ?? 0
        nodes = number("nodes") ?? 0
    }
}
