import BeaconBasics

/// Some can reach each other, and some cannot.
extension Scenario {
    static let links: [Scenario] = [
        Scenario("one-way", "random directed pairs are cut").with {
            $0.exercises = [.oneWay]
            $0.plan = { plan in
                stir(&plan)
                for _ in 0..<max(1, plan.members / 3) { cutPair(&plan) }
            }
        },
        Scenario("deaf", "one member hears nothing for a while").with {
            $0.exercises = [.deaf]
            $0.plan = { plan in
                stir(&plan)
                let (host, moment) = (plan.host(), plan.moment(0...40))
                plan.add(.deaf(host, true), at: moment)
                plan.add(.deaf(host, false), at: min(moment + plan.delay(.seconds(1), .seconds(30)), plan.end))
            }
        },
        Scenario("mute", "one member is heard by nobody for a while").with {
            $0.exercises = [.mute]
            $0.plan = { plan in
                stir(&plan)
                let (host, moment) = (plan.host(), plan.moment(0...40))
                plan.add(.mute(host, true), at: moment)
                plan.add(.mute(host, false), at: min(moment + plan.delay(.seconds(1), .seconds(30)), plan.end))
            }
        },
        Scenario("partition2", "two halves, one second to forty").with {
            $0.exercises = [.partition]
            $0.plan = { plan in
                stir(&plan)
                let groups = plan.groups(2)
                plan.part(groups, from: plan.moment(0...20), for: plan.delay(.seconds(1), .seconds(40)))
            }
        },
        Scenario("partition3", "three parts, until the very end").with {
            $0.exercises = [.partition]
            $0.plan = { plan in
                stir(&plan)
                let groups = plan.groups(3)
                plan.part(groups, from: plan.moment(0...50), for: .seconds(60))
            }
        },
        Scenario("partition-flapping", "the same two halves come and go every few seconds").with {
            $0.exercises = [.partition]
            $0.plan = { plan in
                stir(&plan)
                let groups = plan.groups(2)
                var moment = plan.start
                while moment < plan.end {
                    let time = plan.delay(.milliseconds(500), .seconds(6))
                    plan.part(groups, from: moment, for: time)
                    moment = moment + time + plan.delay(.seconds(1), .seconds(6))
                }
            }
        },
        Scenario("partition-hours", "two halves for two hours").with {
            $0.exercises = [.partition]
            $0.sizes = 3...4
            $0.length = .seconds(7_300)
            $0.isStandard = false
            $0.plan = { plan in
                let groups = plan.groups(2)
                plan.part(groups, from: plan.start, for: .seconds(7_200))
            }
        },
        Scenario("partition-days", "two halves for 48 hours: longer than the dead are remembered").with {
            $0.exercises = [.partition]
            $0.sizes = 3...3
            $0.length = .seconds(172_900)
            $0.keepAlive = .seconds(60)
            $0.nodesPerBeacon = 2
            // The seeds are asked again every 30 s.
            $0.healLimit = .seconds(45)
            $0.settleLimit = .seconds(400)
            $0.isStandard = false
            $0.plan = { plan in
                let groups = plan.groups(2)
                plan.part(groups, from: plan.start, for: .seconds(172_800))
            }
        },
    ]

    static func cutPair(_ plan: inout Plan) {
        let from = plan.host()
        let to = plan.other(than: from)
        let moment = plan.moment(0...50)
        plan.add(.cut(from: from, to: to, true), at: moment)
        plan.add(.cut(from: from, to: to, false), at: min(moment + plan.delay(.seconds(2), .seconds(40)), plan.end))
    }
}
