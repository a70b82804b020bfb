import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting
import CLinux

/// What every load is told.
struct LoadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The beacon's UDP address; a name is resolved.", valueName: "host:port"))
    var server = "127.0.0.1:9001"

    @Option(help: "Seconds to measure, after half a second of warm-up.")
    var seconds = 5.0

    @Option(
        help: "Closed loop: how many may be unanswered at a time (default: 512 frames, or each socket or pair its one)."
    )
    var window: Int?

    @Option(help: ArgumentHelp("Open loop: how many to send a second.", valueName: "per-second"))
    var rate: Double?

    @Option(help: "First of the node ids to use, in a row (default: drawn from the upper half of the id space).")
    var baseID: UInt32?

    @Option(help: "Run on this CPU only.")
    var cpu: Int?

    @Option(help: "Process id of the beacon on this host: its CPU time is reported for each frame.")
    var pid: Int32?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if window != nil, rate != nil { throw ValidationError("--window and --rate exclude each other") }
        guard seconds > 0, seconds <= 1e6 else { throw ValidationError("--seconds must be more than 0") }
        if let cpu, !(0..<1024).contains(cpu) { throw ValidationError("--cpu must be 0 to 1023") }
    }

    func pace(window standard: Int) -> Pace { rate.map { .rate($0) } ?? .window(window ?? standard) }

    /// Refuses a `--base-id` that leaves no room for `count` ids.
    func checkIDs(_ count: Int) throws {
        if let baseID, UInt64(baseID) + UInt64(count) > 1 << 32 {
            throw ValidationError("--base-id leaves no room for \(count) ids")
        }
    }

    /// Two runs must not claim the same ids, nor those of real nodes: the beacon would defend them.
    var firstID: UInt32 { baseID ?? UInt32.random(in: 0x8000...0xBFFF) << 16 }

    /// Everything that a run needs apart from its traffic; pins the thread.
    func prepare(_ pace: Pace) throws -> Run {
        Interrupt.watch()
        if let cpu, case let result = linux_pin_thread(CInt(cpu)), result < 0 {
            throw LoadError.system(call: "--cpu \(cpu)", errno: -result)
        }
        return Run(
            pace: pace, seconds: seconds, server: try pid.map { pid throws(LoadError) in try ServerClock(pids: [pid]) },
            progress: .automatic(quiet: quiet))
    }

    func show(_ report: Report) {
        print(json ? report.json.text : report.text, terminator: "")
    }
}

extension LoadOptions {
    /// Runs a command's body and gives its errors the exit code 2, without the usage text.
    func reportingErrors(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as LoadError {
            writeError("beacon-load: \(error)\n")
            throw ExitCode(2)
        }
    }
}

extension ExitCode {
    /// Frames or answers came that no correct beacon sends.
    static let wrongAnswers = ExitCode(1)
}
