import ArgumentParser
import BeaconSimKit
import Glibc

/// One process of a campaign: a run that traps ends it, and the conductor knows which run that was.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worker", shouldDisplay: false)

    @OptionGroup var options: CampaignOptions
    @Option var from: Int
    @Option var step: Int

    func run() throws {
        let jobs = try options.plan().jobs
        for index in stride(from: from, to: jobs.count, by: max(1, step)) {
            guard let scenario = Scenario.named(jobs[index].scenario) else { throw ExitCode(70) }
            let report = Simulation(scenario, members: jobs[index].members, seed: jobs[index].seed).run()
            say(report.line, to: STDOUT_FILENO)
        }
    }
}
