import BeaconBasics

/// Members that are late, or that stop for a while; clocks that are wrong.
extension Scenario {
    static let lagging: [Scenario] = [
        Scenario("slow", "a quarter of the members read half a second to five late").with {
            $0.exercises = [.late]
            $0.plan = { plan in
                stir(&plan)
                for host in plan.some(max(1, plan.members / 4)) {
                    let pace = FaultPace.late(.milliseconds(500), plan.delay(.milliseconds(600), .seconds(5)))
                    plan.slow(host, pace, from: plan.moment(0...30), for: plan.delay(.seconds(5), .seconds(30)))
                }
            }
        },
        Scenario("starved", "a quarter of the members get one piece of work done in 20 to 300 ms").with {
            $0.exercises = [.starved]
            $0.plan = { plan in
                stir(&plan)
                for host in plan.some(max(1, plan.members / 4)) {
                    let pace = FaultPace.starved(.milliseconds(20), plan.delay(.milliseconds(30), .milliseconds(300)))
                    plan.slow(host, pace, from: plan.moment(0...30), for: plan.delay(.seconds(5), .seconds(30)))
                }
            }
        },
        Scenario("pause", "members stop for one to thirty seconds").with {
            $0.exercises = [.pause]
            $0.plan = { plan in
                stir(&plan)
                for host in plan.some(max(1, plan.members / 4)) {
                    plan.slow(host, .paused, from: plan.moment(0...40), for: plan.delay(.seconds(1), .seconds(30)))
                }
            }
        },
        Scenario("clock", "wall clocks an hour wrong or stepping, monotonic ones ten per cent fast").with {
            $0.exercises = [.wallClock, .clockRate]
            $0.plan = { plan in
                stir(&plan)
                for host in 0..<plan.members {
                    let error = Int64(plan.dice.below(7_200_000)) - 3_600_000
                    plan.add(.wallError(host, error), at: Moment(nanoseconds: 0))
                    if plan.dice.below(2) == 0 { plan.add(.wallError(host, -error), at: plan.moment()) }
                    let rate = 922 + UInt64(plan.dice.below(205))
                    if host == 0 || plan.dice.below(2) == 0 { plan.add(.clockRate(host, rate), at: plan.moment()) }
                }
                // A restart on a clock that went back.
                let host = plan.host()
                plan.add(.wallError(host, -3_600_000), at: plan.moment(20...30))
                plan.bounce(host, at: plan.moment(30...60), for: plan.delay(.seconds(1), .seconds(8)))
            }
        },
        Scenario("clock-2106", "as the clocks say in the year 2106").with {
            $0.epoch = 4_294_967_290_000
            $0.exercises = [.wallClock]
            $0.plan = { plan in
                stir(&plan)
                crashOne(&plan)
                plan.add(.wallError(plan.host(), 1_000), at: plan.moment())
            }
        },
    ]
}
