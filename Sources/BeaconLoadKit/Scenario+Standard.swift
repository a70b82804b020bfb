extension Scenario {
    /// The comparisons that `beacon-load bench` makes unless it is told which.
    public static let standard: [Scenario] = [
        random("random", "random destinations among 65,536", .beacon("beacon", beacon()), .cost(atMost: 1.05)),
        random(
            "budgets", "the same, relay budgets on", .beacon("beacon", beacon(rate: 1_000_000)), .cost(atMost: 1.08)),
        bursts, backlog, segmentedBursts, light, shards,
        random(
            "wildcard", "random, bound to [::] for both families", .beacon("beacon", beacon(host: "")),
            .cost(atMost: nil)),
        mesh("mesh", "lone frames over two beacons, against one", burst: 1),
        mesh("mesh-bursts", "bursts of 16 over two beacons, against one", burst: 16),
    ]

    private static func beacon(host: String = "127.0.0.1", shards: Int = 1, rate: Int = 0) -> [String] {
        [
            "--addr", "\(host):\(CommandTemplate.placeholder)", "--shards", "\(shards)", "--relay-rate", "\(rate)",
            "--admin", "none",
        ]
    }

    private static let manyNodes = {
        var plan = RelayPlan()
        plan.nodes = 65_536
        return plan
    }()

    private static func random(_ name: String, _ title: String, _ beacon: Contender, _ goal: Goal) -> Scenario {
        Scenario(name, title, manyNodes, [beacon, .floor(offload: false)], [goal])
    }

    private static let bursts = {
        var plan = RelayPlan()
        plan.burst = 16
        return Scenario(
            "bursts", "bursts of 16 to one node", plan,
            [.beacon("beacon", beacon()), .floor(offload: false), .floor(offload: true)], [.cost(atMost: 0.65)])
    }()

    private static let backlog = {
        var scenario = bursts
        scenario.name = "backlog"
        scenario.title = "bursts of 16 to one node, server saturated"
        scenario.placement = .inTurn
        return scenario
    }()

    private static let segmentedBursts = {
        var plan = RelayPlan()
        plan.burst = 32
        plan.gso = true
        return Scenario(
            "gso", "bursts of 32 sent with GSO", plan,
            [.beacon("beacon", beacon()), .floor(offload: false), .floor(offload: true)], [.cost(atMost: 0.28)])
    }()

    /// Few receivers: the load looks at each in turn, and its round is part of the latency.
    private static let light = {
        var plan = RelayPlan()
        plan.receivers = 8
        plan.pace = .rate(1000)
        return Scenario(
            "light", "1,000 frames/s", plan, [.beacon("beacon", beacon()), .floor(offload: false)],
            [.p50(excess: 10), .p99(excess: 50)])
    }()

    /// What the second hop costs: the CPU time of both beacons together, for each frame.
    private static func mesh(_ name: String, _ title: String, burst: Int) -> Scenario {
        var plan = RelayPlan()
        plan.burst = burst
        return Scenario(
            name, title, plan, [.fleet("two beacons", beacon()), .beacon("one beacon", beacon())],
            [.cost(atMost: 2.2)])
    }

    private static let shards = {
        var scenario = Scenario(
            "shards", "two shards against one", manyNodes,
            [.beacon("2 shards", beacon(shards: 2)), .beacon("1 shard", beacon(shards: 1))], [.cost(atMost: 1.10)])
        scenario.placement = .spread
        return scenario
    }()
}
