import ArgumentParser
import BeaconPostMortem
import BeaconPrinting
import BeaconRecorder

struct SnapshotEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Prints the events in a snapshot, the oldest first, one a line.",
        discussion: """
            A time is RFC 3339 in UTC (2026-12-01T05:44:05Z), Unix seconds, or so long before the snapshot (5m, 90s).
            """)

    @OptionGroup var snapshot: SnapshotArgument
    @Option(help: ArgumentHelp("Only of this kind; may be given more than once.", valueName: "word")) var kind:
        [String] = []
    @Option(help: ArgumentHelp("Not before.", valueName: "time")) var since: String?
    @Option(help: ArgumentHelp("Not after.", valueName: "time")) var until: String?
    @Option(help: ArgumentHelp("The last so many of them.", valueName: "count")) var limit: Int?
    @Flag(help: "A JSON object a line.") var json = false

    func validate() throws {
        for text in [since, until].compactMap(\.self) where UnixTime.parse(text, before: 0) == nil {
            throw ValidationError("'\(printable(text))' is no time: 2026-12-01T05:44:05Z, Unix seconds, or 5m")
        }
        guard limit ?? 1 > 0 else { throw ValidationError("--limit is at least 1") }
    }

    func run() async throws {
        #if Snapshots
            try readingSnapshots { () throws(SnapshotError) in
                let snapshot = try SnapshotReader(snapshot.file).snapshot()
                var filter = EventFilter()
                filter.kinds = Set(kind)
                filter.since = since.flatMap { UnixTime.parse($0, before: snapshot.meta.takenAt) }
                filter.until = until.flatMap { UnixTime.parse($0, before: snapshot.meta.takenAt) }
                filter.limit = limit ?? .max
                let lines = filter.apply(snapshot.events).map { json ? EventLine.json($0).line : EventLine.text($0) }
                writeOutput(lines.map { $0 + "\n" }.joined().utf8)
            }
        #else
            try refuseSnapshots()
        #endif
    }
}
