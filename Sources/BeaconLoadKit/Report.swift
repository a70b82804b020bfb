public import BeaconPrinting

/// The result of one run, as JSON and as text with the same names.
public struct Report: Sendable {
    public var command: String
    /// The server as it was asked for, and what was sent to it.
    public var server: String
    public var load: [(String, JSON)]
    public var measurement: Measurement
    /// What `measurement.completed` counts.
    public var unit: CountedUnit
    /// The whole run's counts, warm-up and drain included, under their name.
    public var tally: (String, JSON)
    public var latency: LatencySummary?
    public var warnings: [String]
    /// Ended early by a signal.
    public var interrupted: Bool

    public init(
        command: String, server: String, load: [(String, JSON)], measurement: Measurement, unit: CountedUnit,
        tally: (String, JSON), latency: LatencySummary?, warnings: [String], interrupted: Bool
    ) {
        self.command = command
        self.server = server
        self.load = load
        self.measurement = measurement
        self.unit = unit
        self.tally = tally
        self.latency = latency
        self.warnings = warnings
        self.interrupted = interrupted
    }

    public var json: JSON {
        .object([
            ("command", .string(command)), ("server", .string(server)), ("interrupted", .bool(interrupted)),
            ("load", .object(load)), ("measured", measurement.json(unit)), tally,
            ("latency_us", latency?.json ?? .null), ("server_cpu", measurement.cpuJSON(unit)),
            ("load_cpu", .object([("utilisation", .number(measurement.share(measurement.loadCPU)))])),
            ("warnings", .array(warnings.map { .string($0) })),
        ])
    }

    public var text: String {
        var table = TextTable()
        for (name, value) in json.leaves where !name.hasPrefix("warnings") { table.add([name, value]) }
        return table.text + warnings.map { "warning: \($0)\n" }.joined()
    }
}
