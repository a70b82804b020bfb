import ArgumentParser
import BeaconPostMortem
import BeaconPrinting
import BeaconRecorder

struct SnapshotShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a snapshot on one screen: whose, rates, drops, members, last events.")

    @OptionGroup var snapshot: SnapshotArgument
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        #if Snapshots
            try readingSnapshots { () throws(SnapshotError) in
                let screen = SnapshotScreen(try SnapshotReader(snapshot.file).snapshot())
                writeOutput((json ? screen.json.text : screen.text).utf8)
            }
        #else
            try refuseSnapshots()
        #endif
    }
}
