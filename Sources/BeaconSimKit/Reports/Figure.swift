import BeaconBasics

/// A number that the project has promised, with what the simulator measures for it.
public struct Figure: Sendable {
    public var name: String
    public var unit: String
    /// Not to be exceeded, or if `isLeast` to be reached.
    public var limit: Double
    public var isLeast = false
    /// nil = nothing was measured, which meets nothing.
    public var measured: Double?
    /// Properties that did not hold in a run it comes from: such a figure is none, whatever was measured.
    public var violated: [Property] = []

    public var isMet: Bool {
        guard violated.isEmpty, let measured else { return false }
        return isLeast ? measured >= limit : measured <= limit
    }
}

/// Some runs, and the figures that come out of them together.
public struct FigureCase: Sendable {
    public var name: String
    public var scenario: Scenario
    public var members: Int
    public var seeds: ClosedRange<UInt64>
    var kind: Kind

    /// How a case is run, and what is read from it.
    enum Kind: Sendable {
        /// Whole runs with their checks; each reading by its name.
        case runs([Reading])
        /// A fleet left alone: bytes a second and beacon, with headers.
        case resting(limit: Double)
    }

    struct Reading: Sendable {
        var name: String
        var unit = "s"
        var limit: Double
        var isLeast = false
        var value: @Sendable (PooledRuns) -> Double?
    }

    /// Runs the case. `progress` is told of each run that has ended.
    public func measure(progress: @escaping (String) -> Void) -> (figures: [Figure], violations: [String]) {
        switch kind {
        case .runs(let readings): measureRuns(readings, progress)
        case .resting(let limit): measureResting(limit, progress)
        }
    }

    private func measureRuns(_ readings: [Reading], _ progress: @escaping (String) -> Void) -> ([Figure], [String]) {
        var pool = PooledRuns()
        for seed in seeds {
            let simulation = Simulation(scenario, members: members, seed: seed)
            // A virtual second of a thousand beacons can take a minute.
            if members >= 1_000 { simulation.progress = { progress("\(name): seed \(seed), at \($0.text)") } }
            pool.add(simulation.run())
            progress("\(name): seed \(seed)")
        }
        let figures = readings.map {
            Figure(
                name: "\(name): \($0.name)", unit: $0.unit, limit: $0.limit, isLeast: $0.isLeast,
                measured: $0.value(pool), violated: pool.violated)
        }
        return (figures, pool.violations)
    }

    private func measureResting(_ limit: Double, _ progress: (String) -> Void) -> ([Figure], [String]) {
        var figure = Figure(name: "\(name): bytes sent a second and beacon", unit: "B/s", limit: limit)
        var violations: [String] = []
        for seed in seeds {
            let simulation = Simulation(scenario, members: members, seed: seed)
            if let rate = simulation.restingRate(settle: .seconds(60), time: .seconds(30)) {
                figure.measured = max(figure.measured ?? 0, rate)
            } else if let violation = simulation.violation {
                figure.violated.append(violation.property)
                violations.append("\(name), seed \(seed): \(violation)")
            }
            progress("\(name): seed \(seed)")
        }
        return ([figure], violations)
    }
}

/// What several runs of one case have in common.
struct PooledRuns: Sendable {
    private(set) var runs = 0
    private(set) var falseDeaths = 0
    /// Of the directory, a second, in the time of the plan: the least of all runs.
    private(set) var changeRate: Double?
    /// The most of any beacon in any second.
    private(set) var peakBytes: UInt64 = 0
    private(set) var violations: [String] = []
    private(set) var violated: [Property] = []
    private var measures = Array(repeating: Distribution(), count: Measure.allCases.count)

    mutating func add(_ report: RunReport) {
        runs += 1
        falseDeaths += report.falseDeaths
        changeRate = min(changeRate ?? .infinity, report.changeRate)
        peakBytes = max(peakBytes, report.peakBytesPerSecond)
        if let violation = report.violation {
            violations.append("\(report.replay): \(violation)")
            if !violated.contains(violation.property) { violated.append(violation.property) }
        }
        for measure in Measure.allCases { measures[measure.index].merge(report.distribution(measure)) }
    }

    /// In seconds.
    func quantile(_ measure: Measure, _ perMille: UInt64) -> Double? {
        measures[measure.index].quantile(perMille)?.inSeconds
    }

    func maximum(_ measure: Measure) -> Double? {
        let distribution = measures[measure.index]
        return distribution.count > 0 ? distribution.maximum.inSeconds : nil
    }
}

extension Simulation {
    /// Bytes that a beacon sends in a second, headers too, in a fleet that nothing happens to; nil = a property failed.
    func restingRate(settle: Delay, time: Delay) -> Double? {
        isManual = true
        startFleet()
        guard run(until: now + settle) else { return nil }
        let before = hosts.reduce(0) { $0 + $1.traffic.bytes }
        guard run(until: now + time) else { return nil }
        let sent = hosts.reduce(0) { $0 + $1.traffic.bytes } - before
        return Double(sent) / time.inSeconds / Double(members)
    }
}
