import BeaconBasics
import BeaconLoadKit
import Glibc

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
        let port = try freePort()
        let address = Address(ipv4: 0x7F00_0001, port: port)
        let placement = scenario.placement
        let process = try ServerProcess.start(
            try command(contender, port), cpus: placement == .spread ? [serverCPU, loadCPU] : [serverCPU],
            ownCPUs: [placement == .inTurn ? serverCPU : loadCPU], givesWay: placement == .inTurn)
        try process.waitUntilReady(address)
        var run = Run(
            pace: scenario.plan.pace, seconds: seconds, server: try ProcessClock(pid: process.pid), progress: .none)
        run.givesWay = placement == .inTurn
        let result = try RelayLoad(plan: scenario.plan, server: address, run: run, sharesCPUs: placement != .apart)()
        if Interrupt.isRequested { throw .interrupted }
        var warnings = result.report.warnings
        if result.tally.isWrong {
            sawWrongFrames = true
            warnings.insert("frames came corrupted, twice or at the wrong node", at: 0)
        }
        return RunSample(result.report.measurement, result.report.latency, warnings: warnings)
    }

    private func command(_ contender: Contender, _ port: UInt16) throws(LoadError) -> [String] {
        let program = if case .beacon = contender { beacon } else { floor }
        if case .beacon = contender, let beaconCommand { return beaconCommand.words(port: port) }
        guard let template = CommandTemplate(words: [program] + contender.arguments) else {
            throw .server("\(program): no \(CommandTemplate.placeholder) in its arguments")
        }
        return template.words(port: port)
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

/// A UDP port that was free a moment ago.
private func freePort() throws(LoadError) -> UInt16 {
    let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
    defer { close(descriptor) }
    let bound = withSocketAddress(Address(ipv4: 0x7F00_0001, port: 0)) { bind(descriptor, $0, $1) }
    guard bound == 0, let address = Address(localOf: descriptor) else { throw .system(call: "bind", errno: errno) }
    return address.port
}
