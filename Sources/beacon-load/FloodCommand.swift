import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting
import CLinux
import Glibc

struct FloodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flood", abstract: "Floods a control port with datagrams that a beacon must drop.",
        discussion: """
            Random bytes; and with --recorded, real datagrams of the fleet with a wrong bit, cut short, of another \
            version or key, or sent again. What the beacon made of them is on its /stats: fleet.dropped. Expects no \
            answer. Exit codes: 0; 2 if the flood could not be sent.
            """)

    @Option(help: ArgumentHelp("The beacon's control address.", valueName: "host:port"))
    var server = "127.0.0.1:9011"

    @Option(help: "Datagrams a second.")
    var rate = 100_000.0

    @Option(help: "How long.")
    var seconds = 10.0

    @Option(help: "Sockets that send, each from another port.")
    var sockets = 16

    @Option(help: ArgumentHelp("Real datagrams, a line of hexadecimal digits each.", valueName: "file"))
    var recorded: String?

    @Option(help: "Run on this CPU only.")
    var cpu: Int?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if let fault = Pace.rate(rate).fault { throw ValidationError(fault) }
        guard seconds > 0, seconds <= 1e6 else { throw ValidationError("--seconds must be more than 0") }
        guard (1...4_096).contains(sockets) else { throw ValidationError("--sockets must be 1 to 4096") }
        if let cpu, !(0..<1024).contains(cpu) { throw ValidationError("--cpu must be 0 to 1023") }
    }

    func run() throws {
        Interrupt.watch()
        do throws(LoadError) {
            if let cpu, case let result = linux_pin_thread(CInt(cpu)), result < 0 {
                throw .system(call: "--cpu \(cpu)", errno: -result)
            }
            let garbage = Garbage(
                recorded: try recorded.map { path throws(LoadError) in try hexLines(path) } ?? [],
                seed: UInt64.random(in: 0...UInt64.max))
            var flood = Flood(garbage, try SocketGroup(sockets, to: try resolve(server)))
            show(try flood.run(rate: rate, seconds: seconds))
        } catch {
            writeError("beacon-load: \(error)\n")
            throw ExitCode(2)
        }
    }

    private func show(_ result: Flood.Result) {
        let kinds = zip(Garbage.Kind.allCases, result.written).map { ($0.rawValue, $1) }
        if json {
            let report = JSON.object([
                ("command", .string("flood")), ("server", .string(server)), ("seconds", .number(result.seconds)),
                ("sent", .int(result.sent)), ("per_second", .number(result.perSecond)),
                ("kinds", .object(kinds.map { ($0, .int($1)) })),
            ])
            return print(report.text, terminator: "")
        }
        print("sent        \(grouped(Int(result.sent))) in \(decimal(result.seconds, digits: 2)) s")
        print("per second  \(grouped(Int(result.perSecond)))")
        for (name, count) in kinds { print("\(name)  \(grouped(Int(count)))") }
    }
}

/// The datagrams of a file of hexadecimal lines.
private func hexLines(_ path: String) throws(LoadError) -> [[UInt8]] {
    guard let file = fopen(path, "r") else { throw .system(call: path, errno: errno) }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    var datagrams: [[UInt8]] = []
    while case let length = getline(&line, &capacity, file), length >= 0, let text = line {
        let digits = UnsafeBufferPointer(start: text, count: length).map { UInt8(bitPattern: $0) }
        let values = digits.filter { $0 > 0x20 }.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count.isMultiple(of: 2), !values.contains(nil) else {
            throw .server("\(path): line \(datagrams.count + 1) is not hexadecimal")
        }
        let halves = values.compactMap { $0 }
        datagrams.append(stride(from: 0, to: halves.count, by: 2).map { UInt8(halves[$0] << 4 | halves[$0 + 1]) })
    }
    return datagrams
}
