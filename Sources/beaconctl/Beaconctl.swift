import ArgumentParser

/// `beaconctl`: what an operator does with a running beacon, by way of its admin server. A file a command.
@main
struct Beaconctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beaconctl",
        abstract: "Shows and drains a running beacon, by way of its admin server, and reads snapshots.",
        discussion: """
            --admin and --token-file can be given as BEACON_ADMIN and BEACON_ADMIN_TOKEN_FILE, the variables of the beacon \
            itself.
            Exit status of every command: 0 done, 1 the beacon says no, 64 a wrong command line, 69 nobody answers, \
            65 a file is no snapshot, 76 what answers is no beacon, 77 the token is missing or wrong.
            """,
        subcommands: [StatusCommand.self, GetCommand.self, DrainCommand.self, SnapshotCommand.self])
}
