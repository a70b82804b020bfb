import ArgumentParser
import BeaconSimKit

/// What makes a campaign; the same for the process that conducts it and for its workers.
struct CampaignOptions: ParsableArguments {
    @Option(help: "How many runs, over the scenarios in turn, each from a seed of its own.")
    var seeds = 200

    @Option(help: "The first seed.")
    var first: UInt64 = 1

    @Option(help: "How many runs of a hundred members on top.")
    var hundreds = 0

    @Option(help: "Beacons of every run, in place of a number drawn from the scenario's sizes.")
    var members: Int?

    @Option(parsing: .upToNextOption, help: "Only these scenarios; all standard ones if none is named.")
    var only: [String] = []

    func plan() throws -> CampaignPlan {
        guard seeds >= 0, hundreds >= 0 else { throw ValidationError("--seeds and --hundreds are not negative") }
        let scenarios = try only.map { name in
            guard let scenario = Scenario.named(name) else { throw ValidationError("no scenario \"\(name)\"") }
            return scenario
        }
        return CampaignPlan(
            scenarios: scenarios.isEmpty ? Scenario.all.filter(\.isStandard) : scenarios, seeds: seeds, first: first,
            hundreds: hundreds, members: members)
    }

    /// The words that give another process the same options.
    var words: [String] {
        var words = ["--seeds", "\(seeds)", "--first", "\(first)", "--hundreds", "\(hundreds)"]
        if let members { words += ["--members", "\(members)"] }
        return only.isEmpty ? words : words + ["--only"] + only
    }
}
