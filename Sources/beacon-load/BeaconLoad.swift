import ArgumentParser

/// `beacon-load`: load and measurement for a beacon.
@main
struct BeaconLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beacon-load",
        abstract: "Puts load on a beacon and measures what comes back.",
        subcommands: [
            RelayCommand.self, RegisterCommand.self, PunchCommand.self, STUNCommand.self, FloodCommand.self,
            DirectoryCommand.self, BenchCommand.self,
        ])
}
