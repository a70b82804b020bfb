import ArgumentParser
import BeaconControl

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows a beacon on one screen.",
        discussion: "Exit status 10: the beacon lives and takes no traffic; the first line says why.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let stats = try await client.ask(.get, "/stats").checkedJSON()
            writeOutput(StatusScreen.text(stats, Terminal.style).utf8)
            return stats["ready"]?.bool == true ? .done : .notReady
        }
    }
}
