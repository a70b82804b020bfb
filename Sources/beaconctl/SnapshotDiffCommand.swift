import ArgumentParser
import BeaconBasics
import BeaconPostMortem
import BeaconPrinting
import BeaconRecorder

struct SnapshotDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "What has changed from one snapshot to a later one.")

    @Argument(help: "The earlier one.") var before: String
    @Argument(help: "The later one.") var after: String
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        #if Snapshots
            try readingSnapshots { () throws(SnapshotError) in
                let (old, new) = (try SnapshotReader(before), try SnapshotReader(after))
                var diff = SnapshotDiff(try old.snapshot(), try new.snapshot())
                var known: [NodeID: Address] = [:]
                try old.forEachNode { known[$0.id] = $0.endpoint }
                var failure: SnapshotError?
                diff.compareNodes(known) { body in
                    do throws(SnapshotError) {
                        try new.forEachNode { body($0.id, $0.endpoint) }
                    } catch { failure = error }
                }
                if let failure { throw failure }
                writeOutput((json ? diff.json.text : diff.text).utf8)
            }
        #else
            try refuseSnapshots()
        #endif
    }
}
