import ArgumentParser

/// `beacon-sim`: a whole fleet in virtual time, from one seed.
@main
struct BeaconSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beacon-sim",
        abstract: "Simulates a fleet of beacons: the production control plane in virtual time, from one seed.",
        discussion: """
            Every run checks the safety of each step and, after the faults, that all beacons come to the same view. A run
            is a function of (scenario, members, seed): a failure is replayed by the command that it prints.
            """,
        subcommands: [
            RunCommand.self, CampaignCommand.self, ListCommand.self, FiguresCommand.self, WorkerCommand.self,
        ])
}
