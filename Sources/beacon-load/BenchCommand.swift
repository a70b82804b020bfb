import ArgumentParser
import BeaconLoadKit
import BeaconPrinting
import Glibc

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Compares the beacon with the bare C forwarder, in turn.",
        discussion: """
            Starts both servers itself, on one CPU, with the load on another. What survives a noisy machine is the \
            ratio of the medians of the CPU time for each frame. Exit codes: 0; 1 if a frame came corrupted, twice or \
            at the wrong node; 2 if a comparison could not be made; 3 if --check is given and a goal is missed.
            """)

    @Option(help: ArgumentHelp("Only these: \(names(", ")). May be given more than once.", valueName: "name"))
    var scenario: [String] = []

    @Option(help: "How often each contender runs.")
    var pairs = 5

    @Option(help: "Seconds that each run measures.")
    var seconds = 3.0

    @Option(help: ArgumentHelp("The beacon's executable (default: beside this one).", valueName: "path"))
    var beacon: String?

    @Option(help: ArgumentHelp("The forwarder's executable (default: beside this one).", valueName: "path"))
    var floor: String?

    @Option(
        help: ArgumentHelp("A whole command line, with {port}, to run instead of every beacon.", valueName: "command"))
    var beaconCommand: String?

    @Option(help: ArgumentHelp("CPU of the servers (default: the first usable one).", valueName: "cpu"))
    var serverCPU: Int?

    @Option(help: ArgumentHelp("CPU of the load (default: the last usable one).", valueName: "cpu"))
    var loadCPU: Int?

    @Option(
        help: ArgumentHelp("Write the results, every run included, as JSON; - is standard output.", valueName: "file"))
    var json: String?

    @Flag(help: "Exit with 3 if a goal is missed.")
    var check = false

    @Flag(help: "Do not tell of each run.")
    var quiet = false

    func validate() throws {
        for name in scenario where !Scenario.standard.contains(where: { $0.name == name }) {
            throw ValidationError("--scenario \(name): there are \(Self.names(", "))")
        }
        guard (1...1000).contains(pairs) else { throw ValidationError("--pairs must be 1 to 1000") }
        guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be more than 0, at most 3600") }
        if let beaconCommand, CommandTemplate(beaconCommand) == nil {
            throw ValidationError("--beacon-command must hold \(CommandTemplate.placeholder)")
        }
    }

    func run() throws {
        Interrupt.watch()
        var bench = try makeBench()
        var comparisons: [Comparison] = []
        do throws(LoadError) {
            for chosen in Scenario.standard where scenario.isEmpty || scenario.contains(chosen.name) {
                comparisons.append(try bench.compare(chosen))
            }
        } catch {
            writeError("beacon-load: \(Interrupt.isRequested ? .interrupted : error)\n")
            print(comparisons.text, terminator: "")
            throw ExitCode(2)
        }
        try show(comparisons)
        if bench.sawWrongFrames { throw ExitCode.wrongAnswers }
        if check, comparisons.flatMap(\.rows).contains(where: { $0.isMet == false }) { throw ExitCode(3) }
    }

    private func makeBench() throws -> Bench {
        let cpus = usableCPUs()
        let server = serverCPU ?? cpus.first ?? 0
        let load = loadCPU ?? cpus.last ?? 0
        if server == load {
            writeError("beacon-load: server and load share CPU \(load): the figures are of little use\n")
        }
        #if DEBUG
            writeError("beacon-load: this is a debug build: build with `-c release` for figures that mean something\n")
        #endif
        return Bench(
            beacon: beacon ?? Self.sibling("beacon"), floor: floor ?? Self.sibling("beacon-floor"),
            beaconCommand: beaconCommand.flatMap { CommandTemplate($0) }, pairs: pairs, seconds: seconds,
            cpus: (server, load), isQuiet: quiet)
    }

    private func show(_ comparisons: [Comparison]) throws {
        if json != "-" { print(comparisons.text, terminator: "") }
        guard let json else { return }
        let text = JSON.object([
            ("pairs", .int(pairs)), ("seconds", .number(seconds)), ("kernel", .string(kernelRelease())),
            ("comparisons", .array(comparisons.map(\.json))),
        ]).text
        if json == "-" { print(text, terminator: "") } else { try write(text, to: json) }
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else {
            writeError("beacon-load: \(path): \(String(cString: strerror(errno)))\n")
            throw ExitCode(2)
        }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten else {
            writeError("beacon-load: \(path): could not be written\n")
            throw ExitCode(2)
        }
    }

    private static func names(_ separator: String) -> String {
        Scenario.standard.map(\.name).joined(separator: separator)
    }

    /// A program in the folder of this one.
    private static func sibling(_ name: String) -> String {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, path.count)
        let own = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = own.lastIndex(of: "/") else { return name }
        return own[...slash] + name
    }
}

private func kernelRelease() -> String {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
