import BeaconBasics

/// Which runs a campaign makes: a function of its options, so that every process of it knows the same list.
public struct CampaignPlan: Sendable {
    public struct Job: Sendable, Equatable {
        public var scenario: String
        public var seed: UInt64
        public var members: Int
    }

    public private(set) var jobs: [Job] = []
    /// Jobs from here on repeat earlier ones, for another process to come to the same checksum.
    public private(set) var repeatsFrom = 0
    /// Every standard scenario is in it, with sizes of its own: then every fault class must be, too.
    public let isComplete: Bool

    /// `seeds` runs over the scenarios in turn, from seed `first` on; `hundreds` more of a hundred members.
    public init(scenarios: [Scenario], seeds: Int, first: UInt64, hundreds: Int, members: Int? = nil) {
        let standard = Scenario.all.filter(\.isStandard).map(\.name)
        isComplete =
            members == nil && seeds >= standard.count
            && standard.allSatisfy { name in scenarios.contains { $0.name == name } }
        for index in 0..<seeds where !scenarios.isEmpty {
            let (turn, place) = index.quotientAndRemainder(dividingBy: scenarios.count)
            let size = members ?? Self.smallSize(scenarios[place], turn: turn, place: place)
            jobs.append(Self.job(scenarios[place], seed: first + UInt64(index), size))
        }
        if hundreds > 0, let hundred = Scenario.named("hundred") {
            for index in 0..<hundreds { jobs.append(Self.job(hundred, seed: first + UInt64(index), nil)) }
        }
        repeatsFrom = jobs.count
        var seen: [String] = []
        // Last first: the process that repeats a job is another than the one that did it.
        for job in jobs.prefix(scenarios.count) where !seen.contains(job.scenario) { seen.append(job.scenario) }
        jobs += seen.reversed().compactMap { name in jobs.first { $0.scenario == name } }
    }

    /// Every second turn of the scenarios is one of the smallest fleets, all of which each scenario comes to in turn.
    private static func smallSize(_ scenario: Scenario, turn: Int, place: Int) -> Int? {
        turn % 2 == 1 && scenario.sizes.lowerBound <= 5 ? 2 + (turn / 2 + place) % 4 : nil
    }

    private static func job(_ scenario: Scenario, seed: UInt64, _ members: Int?) -> Job {
        var dice = SeededRandom(seed: seed &* 0x9E37_79B9)
        let size = scenario.sizes.lowerBound + dice.below(scenario.sizes.count)
        return Job(scenario: scenario.name, seed: seed, members: members ?? size)
    }
}
