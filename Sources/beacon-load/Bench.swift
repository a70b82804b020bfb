import BeaconBasics
import BeaconLoadKit
import BeaconPrinting

/// Runs scenarios: the contenders in turn, each in a process of its own, pinned away from the load.
struct Bench {
    var beacon: String
    var floor: String
    /// Stands for every beacon of every scenario, if set.
    var beaconCommand: CommandTemplate?
    var pairs: Int
    var seconds: Double
    var serverCPU: Int
    var loadCPU: Int
    var isQuiet: Bool
    /// Whether any frame was one that no correct server sends.
    private(set) var sawWrongFrames = false

    init(
        beacon: String, floor: String, beaconCommand: CommandTemplate?, pairs: Int, seconds: Double, cpus: (Int, Int),
        isQuiet: Bool
    ) {
        self.beacon = beacon
        self.floor = floor
        self.beaconCommand = beaconCommand
        self.pairs = pairs
        self.seconds = seconds
        serverCPU = cpus.0
        loadCPU = cpus.1
        self.isQuiet = isQuiet
    }

    mutating func compare(_ scenario: Scenario) throws(LoadError) -> Comparison {
        var samples: [[RunSample]] = scenario.contenders.map { _ in [] }
        for turn in 1...pairs {
            for (index, contender) in scenario.contenders.enumerated() {
                let sample = try measure(contender, scenario)
                samples[index].append(sample)
                say(scenario, turn, contender, sample)
            }
        }
        return Comparison(scenario, samples: samples)
    }

    private mutating func measure(_ contender: Contender, _ scenario: Scenario) throws(LoadError) -> RunSample {
        let placement = scenario.placement
        let placing = Placing(
            serverCPUs: placement == .spread ? [serverCPU, loadCPU] : [serverCPU],
            ownCPUs: [placement == .inTurn ? serverCPU : loadCPU], givesWay: placement == .inTurn)
        let servers = try start(contender, placing)
        var run = Run(
            pace: scenario.plan.pace, seconds: seconds, server: try ServerClock(pids: servers.pids), progress: .none)
        run.givesWay = placement == .inTurn
        let result = try RelayLoad(
            plan: scenario.plan, server: servers.entry, home: servers.home, run: run, sharesCPUs: placement != .apart)()
        if Interrupt.isRequested { throw .interrupted }
        var warnings = result.report.warnings
        if result.tally.isWrong {
            sawWrongFrames = true
            warnings.insert("frames came corrupted, twice or at the wrong node", at: 0)
        }
        return RunSample(result.report.measurement, result.report.latency, warnings: warnings)
    }

    private func start(_ contender: Contender, _ placing: Placing) throws(LoadError) -> ServerGroup {
        switch contender {
        case .floor: try .one(try template(floor, contender), placing)
        case .beacon: try .one(try beaconTemplate(contender), placing)
        case .fleet: try .fleet(of: try beaconTemplate(contender), placing)
        }
    }

    private func beaconTemplate(_ contender: Contender) throws(LoadError) -> CommandTemplate {
        if let beaconCommand { return beaconCommand }
        return try template(beacon, contender)
    }

    private func template(_ program: String, _ contender: Contender) throws(LoadError) -> CommandTemplate {
        guard let template = CommandTemplate(words: [program] + contender.arguments) else {
            throw .server("\(program): no \(CommandTemplate.placeholder) in its arguments")
        }
        return template
    }

    private func say(_ scenario: Scenario, _ turn: Int, _ contender: Contender, _ sample: RunSample) {
        guard !isQuiet else { return }
        let cost = sample.nanosecondsPerFrame.map { decimal($0, digits: 0) } ?? "-"
        let p50 = sample.p50.map { decimal($0, digits: 1) } ?? "-"
        let rate = grouped(Int(sample.framesPerSecond))
        writeError(
            "\(scenario.name) \(turn)/\(pairs)  \(contender.name): \(cost) ns/frame  \(rate) frames/s  p50 \(p50) µs\n")
    }
}
