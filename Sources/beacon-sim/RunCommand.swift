import ArgumentParser
import BeaconBasics
import BeaconPrinting
import BeaconSimKit

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs one scenario from one seed; exit code 1 if a property fails.")

    @Argument(help: "A name that `list` shows.")
    var scenario: String

    @Option(help: "The run's seed.")
    var seed: UInt64 = 1

    @Option(help: "How many beacons; 0 = as the scenario's campaign would draw.")
    var members = 0

    @Option(help: "How many nodes a beacon; without it, as the scenario has it.")
    var nodes: Int?

    @Option(help: "Another length of the time with faults; virtual seconds.")
    var seconds: UInt64?

    @Flag(help: "Shows the faults that the run has in store, first.")
    var plan = false

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        guard var scenario = Scenario.named(scenario) else {
            throw ValidationError("no scenario \"\(scenario)\": see beacon-sim list")
        }
        if let seconds { scenario.length = .seconds(max(20, seconds)) }
        if let nodes { scenario.nodesPerBeacon = min(max(0, nodes), 10_000) }
        guard members == 0 || (1...4_096).contains(members) else { throw ValidationError("--members: 1 … 4096") }
        let drawn = CampaignPlan(scenarios: [scenario], seeds: 1, first: seed, hundreds: 0).jobs[0].members
        let started = realSeconds()
        let simulation = Simulation(scenario, members: members == 0 ? drawn : members, seed: seed)
        if plan { for line in simulation.planText { print(line) } }
        let report = simulation.run()
        let took = realSeconds() - started
        print(json ? report.json(took: took).text : report.text(took: took), terminator: "")
        if report.violation != nil { throw ExitCode(1) }
    }
}
