import BeaconBasics

/// Everything at once.
extension Scenario {
    static let mixed: [Scenario] = [
        Scenario("chaos", "whatever the seed draws").with {
            $0.network.loss = 20_000
            $0.network.duplication = 10_000
            $0.network.stragglerEvery = 200
            $0.length = .seconds(90)
            $0.healLimit = .seconds(20)
            $0.settleLimit = .seconds(60)
            $0.isWild = true
            $0.plan = chaos
        },
        Scenario("tiny", "the same for two to five members").with {
            $0.sizes = 2...5
            $0.network.loss = 10_000
            $0.network.duplication = 10_000
            $0.length = .seconds(90)
            $0.healLimit = .seconds(20)
            $0.settleLimit = .seconds(60)
            $0.isWild = true
            $0.plan = chaos
        },
        Scenario("hundred", "a hundred members, and whatever the seed draws").with {
            $0.sizes = 100...100
            $0.network.loss = 10_000
            $0.nodesPerBeacon = 4
            $0.healLimit = .seconds(20)
            $0.settleLimit = .seconds(60)
            $0.trafficLimit = 2 << 20
            $0.isStandard = false
            $0.isWild = true
            $0.plan = chaos
        },
    ]

    @Sendable private static func chaos(_ plan: inout Plan) {
        stir(&plan)
        for _ in 0..<2 + plan.members / 3 + plan.dice.below(4) { trouble(&plan) }
    }

    private static func trouble(_ plan: inout Plan) {
        let host = plan.host()
        let moment = plan.moment()
        let time = plan.delay(.milliseconds(500), .seconds(20))
        let after = min(moment + time, plan.end)
        switch plan.dice.below(14) {
        case 0: plan.bounce(host, at: moment, for: time, silent: plan.dice.below(2) == 0)
        case 1: plan.add(.crash(host, silent: plan.dice.below(2) == 0), at: moment)
        case 2: plan.slow(host, .paused, from: moment, for: time)
        case 3:
            plan.slow(
                host, .late(.milliseconds(100), plan.delay(.milliseconds(200), .seconds(4))), from: moment, for: time)
        case 4:
            plan.slow(
                host, .starved(.milliseconds(10), plan.delay(.milliseconds(20), .milliseconds(200))), from: moment,
                for: time)
        case 5:
            plan.add(.deaf(host, true), at: moment)
            plan.add(.deaf(host, false), at: after)
        case 6:
            plan.add(.mute(host, true), at: moment)
            plan.add(.mute(host, false), at: after)
        case 7: cutPair(&plan)
        case 8:
            let groups = plan.groups(2 + plan.dice.below(2))
            plan.part(groups, from: moment, for: time)
        case 9: plan.add(.wallError(host, Int64(plan.dice.below(7_200_000)) - 3_600_000), at: moment)
        case 10:
            plan.add(.leave(host), at: moment)
            plan.add(.start(host), at: min(moment + .seconds(3) + time, plan.end))
        case 11:
            plan.add(.drain(host, true), at: moment)
            plan.add(.drain(host, false), at: after)
        case 12: plan.add(.clockRate(host, 950 + UInt64(plan.dice.below(150))), at: moment)
        default:
            plan.add(.traffic(Traffic(.hostile, every: .milliseconds(10), until: after)), at: moment)
        }
    }
}
