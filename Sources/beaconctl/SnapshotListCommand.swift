import ArgumentParser
import BeaconControl
import BeaconPostMortem
import BeaconPrinting

struct SnapshotListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the snapshots of a running beacon, the newest first.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        try await connection.withClient { client in
            let answer = try await client.ask(.get, "/snapshots")
            let page = try answer.checkedJSON()
            if json {
                writeOutput(answer.body)
                return .done
            }
            var table = TextTable(header: ["file", "taken", "bytes"])
            for file in page["files"]?.items ?? [] {
                table.add([
                    file["name"]?.string ?? "?", file["time"]?.double.map(UnixTime.text) ?? "?",
                    file["bytes"]?.integer.map { grouped($0) } ?? "?",
                ])
            }
            writeOutput("in \(page["directory"]?.string ?? "?")\n\(table.text)".utf8)
            return .done
        }
    }
}
