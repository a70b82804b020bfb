import BeaconBasics

/// The directory under load.
extension Scenario {
    static let data: [Scenario] = [
        Scenario("node-storm", "hundreds of nodes a second move to a few beacons").with {
            $0.exercises = [.nodeStorm, .move]
            $0.nodesPerBeacon = 200
            $0.keepAlive = .seconds(15)
            $0.settleLimit = .seconds(90)
            $0.plan = { plan in
                let few = plan.some(max(1, plan.members / 4))
                plan.add(
                    .traffic(Traffic(.move, every: .milliseconds(2), until: plan.start + .seconds(20), hosts: few)),
                    at: plan.start)
                plan.add(
                    .traffic(Traffic(.move, every: .milliseconds(5), until: plan.start + .seconds(40))),
                    at: plan.start + .seconds(10))
            }
        },
        Scenario("node-storm-loss", "the same, with 10 % loss").with {
            $0.exercises = [.nodeStorm, .move, .loss]
            $0.network.loss = 100_000
            $0.nodesPerBeacon = 100
            $0.keepAlive = .seconds(15)
            $0.settleLimit = .seconds(90)
            $0.plan = { plan in
                plan.add(
                    .traffic(Traffic(.move, every: .milliseconds(5), until: plan.start + .seconds(20))),
                    at: plan.start)
                crashOne(&plan)
            }
        },
        Scenario("duplicate-node", "two daemons with one id, at two beacons").with {
            $0.exercises = [.duplicateNode]
            $0.plan = { plan in
                stir(&plan)
                for _ in 0..<3 {
                    let home = plan.host()
                    plan.add(.twin(of: home, at: plan.other(than: home)), at: plan.moment(0...50))
                }
                crashOne(&plan)
            }
        },
    ]
}
