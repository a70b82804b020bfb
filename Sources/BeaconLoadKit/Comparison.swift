public import BeaconPrinting

/// What one run of one contender gave.
public struct RunSample: Sendable {
    public var nanosecondsPerFrame: Double?
    public var framesPerSecond: Double
    public var utilisation: Double?
    public var p50: Double?
    public var p99: Double?
    public var warnings: [String]

    public init(_ measurement: Measurement, _ latency: LatencySummary?, warnings: [String]) {
        nanosecondsPerFrame = measurement.nanosecondsPerFrame
        framesPerSecond = measurement.perSecond
        utilisation = measurement.share(measurement.serverCPU)
        p50 = latency?.p50
        p99 = latency?.p99
        self.warnings = warnings
    }

    fileprivate func value(_ goal: Goal) -> Double? {
        switch goal {
        case .cost: nanosecondsPerFrame
        case .p50: p50
        case .p99: p99
        }
    }

    fileprivate var json: JSON {
        .object([
            ("ns_per_frame", .number(nanosecondsPerFrame)),
            ("frames_per_second", .number(framesPerSecond)),
            ("utilisation", .number(utilisation)), ("p50_us", .number(p50)),
            ("p99_us", .number(p99)), ("warnings", .array(warnings.map { .string($0) })),
        ])
    }
}

/// A scenario's outcome: for each contender, in their order, the samples of its runs.
public struct Comparison: Sendable {
    public let scenario: Scenario
    public let samples: [[RunSample]]

    public init(_ scenario: Scenario, samples: [[RunSample]]) {
        precondition(samples.count == scenario.contenders.count, "samples of each contender")
        self.scenario = scenario
        self.samples = samples
    }

    /// One figure: a contender against the reference. Goals are the first contender's; the third and later ones are
    /// there for information.
    public struct Row: Sendable {
        public var scenario: String
        public var quantity: String
        public var contender: String
        public var reference: String
        public var value: Spread
        public var referenceValue: Spread
        /// The ratio of the medians, or their difference for latencies.
        public var result: Double
        public var goal: Double?
        public var isRatio: Bool

        /// Nil without a goal.
        public var isMet: Bool? { goal.map { result <= $0 } }
    }

    public var rows: [Row] {
        scenario.goals.flatMap { goal in
            scenario.contenders.indices.compactMap { $0 == 1 ? nil : row(goal, contender: $0) }
        }
    }

    /// Nil if there is nothing to compare.
    private func row(_ goal: Goal, contender: Int) -> Row? {
        guard let value = Spread(samples[contender].compactMap { $0.value(goal) }),
            let reference = Spread(samples[1].compactMap { $0.value(goal) })
        else { return nil }
        let isRatio = if case .cost = goal { true } else { false }
        return Row(
            scenario: scenario.title, quantity: goal.quantity, contender: scenario.contenders[contender].name,
            reference: scenario.contenders[1].name, value: value, referenceValue: reference,
            result: isRatio ? value.median / reference.median : value.median - reference.median,
            goal: contender == 0 ? goal.limit : nil, isRatio: isRatio)
    }

    /// Each different warning once, with the contender and the number of runs that gave it.
    public var warnings: [String] {
        zip(scenario.contenders, samples).flatMap { contender, runs in
            let count = runs.filter { !$0.warnings.isEmpty }.count
            guard count > 0, let example = runs.lazy.flatMap(\.warnings).first else { return [String]() }
            return ["\(scenario.name), \(contender.name): \(count) of \(runs.count) runs: \(example)"]
        }
    }

    public var json: JSON {
        let contenders = zip(scenario.contenders, samples).map { contender, runs in
            JSON.object([
                ("name", .string(contender.name)), ("arguments", .array(contender.arguments.map { .string($0) })),
                ("runs", .array(runs.map(\.json))),
            ])
        }
        return .object([
            ("scenario", .string(scenario.name)), ("title", .string(scenario.title)),
            ("results", .array(rows.map(\.json))), ("contenders", .array(contenders)),
        ])
    }
}

extension Comparison.Row {
    fileprivate var json: JSON {
        .object([
            ("quantity", .string(quantity)), ("contender", .string(contender)), ("value", value.json),
            ("reference", .string(reference)), ("reference_value", referenceValue.json),
            (isRatio ? "ratio" : "difference", .number(result)), ("goal", .number(goal)),
            ("met", isMet.map { .bool($0) } ?? .null),
        ])
    }

    static let header = ["scenario", "quantity", "contender", "median", "reference", "median", "result", "goal", "ok?"]

    var cells: [String] {
        let digits = isRatio ? 0 : 1
        let sign = isRatio || result < 0 ? "" : "+"
        return [
            scenario, quantity, contender, decimal(value.median, digits: digits), reference,
            decimal(referenceValue.median, digits: digits), sign + decimal(result, digits: isRatio ? 3 : 1),
            goal.map { "≤ " + decimal($0, digits: isRatio ? 2 : 0) } ?? "-", isMet.map { $0 ? "yes" : "NO" } ?? "-",
        ]
    }
}

extension [Comparison] {
    /// The table that is printed, and what should be known about it; empty if there is nothing to show.
    public var text: String {
        if isEmpty { return "" }
        var table = TextTable(header: Comparison.Row.header)
        for row in flatMap(\.rows) { table.add(row.cells) }
        return table.text + flatMap(\.warnings).map { "warning: \($0)\n" }.joined()
    }
}
