import ArgumentParser
import BeaconControl
import BeaconPostMortem

struct SnapshotTakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take", abstract: "Has a running beacon write a snapshot, waits, and prints its path.",
        discussion: "Exit status 1: it could not be written; standard error says why.")

    @OptionGroup var connection: ConnectionOptions

    /// A million nodes take five seconds, and one more may be under way.
    private static let patience = 60

    func run() async throws {
        try await connection.withClient { client in
            let order = try await client.ask(.post, "/snapshot").checkedJSON()
            guard let number = order["number"]?.integer else {
                throw AdminError.notABeacon(reason: "it gives the snapshot no number")
            }
            for _ in 0..<Self.patience * 10 {
                let page = try await client.ask(.get, "/snapshots").checkedJSON()
                guard let last = page["last"], let done = last["number"]?.integer, done >= number else {
                    try await Task.sleep(for: .milliseconds(100))
                    continue
                }
                if let error = last["error"]?.string {
                    writeError("beaconctl: the beacon could not write it: \(error)\n")
                    return .failed
                }
                writeOutput("\(page["directory"]?.string ?? "?")/\(last["file"]?.string ?? "?")\n".utf8)
                return .done
            }
            writeError("beaconctl: the snapshot is not there after \(Self.patience) s\n")
            return .failed
        }
    }
}
