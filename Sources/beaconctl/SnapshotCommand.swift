import ArgumentParser
import BeaconControl
import BeaconPostMortem
import BeaconPrinting
import BeaconRecorder

/// `beaconctl snapshot`: what is in the files of `--snapshot-dir`.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Takes snapshots of a running beacon, and reads them.",
        discussion: "A FILE may be compressed (.sqlite.gz). Exit status 65: it is no snapshot, or damaged.",
        subcommands: [
            SnapshotListCommand.self, SnapshotTakeCommand.self, SnapshotShowCommand.self, SnapshotEventsCommand.self,
            SnapshotSQLCommand.self, SnapshotDiffCommand.self,
        ])
}

/// A snapshot that is to be read.
struct SnapshotArgument: ParsableArguments {
    @Argument(help: "A snapshot.") var file: String
}

#if Snapshots
    /// Runs `body`; whatever is wrong with a file ends the program with a sentence and EX_DATAERR.
    func readingSnapshots(_ body: () throws(SnapshotError) -> Void) throws {
        do {
            try body()
        } catch {
            writeError("beaconctl: \(printable(error.description))\n")
            throw ExitCode(CommandStatus.badFile.rawValue)
        }
    }
#else
    func refuseSnapshots() throws -> Never {
        writeError("beaconctl: this beaconctl was built without snapshots\n")
        throw ExitCode(CommandStatus.failed.rawValue)
    }
#endif
