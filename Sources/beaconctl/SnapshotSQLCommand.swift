import ArgumentParser
import BeaconPostMortem
import BeaconPrinting
import BeaconRecorder

struct SnapshotSQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql", abstract: "Runs one SQL statement on a snapshot, which it cannot change.",
        discussion: "The table 'about' says what all tables and columns mean.")

    @OptionGroup var snapshot: SnapshotArgument
    @Argument(help: "SELECT …") var statement: String
    @Option(help: ArgumentHelp("Rows at most.", valueName: "count")) var limit = 10_000
    @Option(help: ArgumentHelp("Seconds that it may take.", valueName: "seconds")) var timeout = 60.0
    @Flag(help: "A JSON object a row and line.") var json = false

    func validate() throws {
        guard (1...10_000_000).contains(limit) else { throw ValidationError("--limit is 1 to 10,000,000") }
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout is above 0, and a day at most") }
    }

    func run() async throws {
        #if Snapshots
            try readingSnapshots { () throws(SnapshotError) in
                let set = try SnapshotReader(snapshot.file).query(statement, limit: limit, patience: timeout)
                writeOutput((json ? set.lines : set.text).utf8)
                if set.isCut { writeError("beaconctl: there are more rows than --limit \(limit)\n") }
            }
        #else
            try refuseSnapshots()
        #endif
    }
}

#if Snapshots
    extension SnapshotRowSet {
        fileprivate var text: String {
            var table = TextTable(header: columns.map(printable))
            for row in rows { table.add(row.map(\.text)) }
            return table.text
        }

        fileprivate var lines: String {
            rows.map { row in JSON.object(zip(columns, row).map { ($0, $1.json) }).line + "\n" }.joined()
        }
    }

    extension SnapshotCell {
        fileprivate var text: String {
            switch self {
            case .null: "-"
            case .integer(let value): "\(value)"
            case .real(let value): decimal(value, digits: 3, trimmed: true)
            case .text(let value): printable(value)
            case .blob(let bytes): hex(bytes)
            }
        }

        fileprivate var json: JSON {
            switch self {
            case .null: .null
            case .integer(let value): .integer(value)
            case .real(let value): .number(value)
            case .text(let value): .string(value)
            case .blob(let bytes): .string(hex(bytes))
            }
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
#endif
