import ArgumentParser
import BeaconBasics
import BeaconLoadKit
import BeaconPrinting
import Glibc

struct DirectoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "Measures what the directory of a fleet's nodes costs in memory.",
        discussion: """
            Fills one beacon's directory with the logs of others, in this process, and reads what became resident. Exit \
            codes: 0; 1 if an entry is missing; 3 if --limit is given and exceeded.
            """)

    @Option(help: "Nodes of the other beacons.")
    var entries = 10_000_000

    @Option(help: "Beacons that have them.")
    var owners = 100

    @Option(help: "The most entries, as beacon --max-directory.")
    var capacity = 16_777_216

    @Option(help: ArgumentHelp("Exit with 3 above so many resident bytes an entry.", valueName: "bytes"))
    var limit: Double?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard (1...1 << 28).contains(capacity) else { throw ValidationError("--capacity must be 1 to 268435456") }
        guard (1...capacity).contains(entries) else { throw ValidationError("--entries must be 1 to --capacity") }
        guard (1...4_000).contains(owners) else { throw ValidationError("--owners must be 1 to 4000") }
    }

    func run() throws {
        let before = residentBytes()
        var fill = DirectoryFill(capacity: capacity, owners: owners)
        let empty = residentBytes()
        let begin = monotonicNow()
        fill.fill(entries)
        let seconds = monotonicNow().since(begin).inSeconds
        let after = residentBytes()
        let each = Double(after - min(after, before)) / Double(entries)
        let isComplete = fill.count == entries && (0..<entries).allSatisfy { fill.finds($0) }
        show([
            ("entries", .int(fill.count), grouped(fill.count)), ("owners", .int(owners), grouped(owners)),
            ("resident_before", .int(before), grouped(before)), ("resident_empty", .int(empty), grouped(empty)),
            ("resident_after", .int(after), grouped(after)),
            ("bytes_per_entry", .number(each), decimal(each, digits: 2)),
            ("seconds", .number(seconds), decimal(seconds, digits: 1)),
        ])
        guard isComplete else {
            writeError("beacon-load: an entry is missing\n")
            throw ExitCode(1)
        }
        if let limit, each > limit { throw ExitCode(3) }
    }

    private func show(_ rows: [(name: String, value: JSON, text: String)]) {
        if json { return print(JSON.object(rows.map { ($0.name, $0.value) }).text, terminator: "") }
        var table = TextTable(header: rows.map(\.name))
        table.add(rows.map(\.text))
        print(table.text, terminator: "")
    }
}

/// The second number of /proc/self/statm, in pages (proc(5)).
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, CInt(line.count), file) != nil else { return 0 }
    let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
        separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(CInt(_SC_PAGESIZE)) : 0
}
