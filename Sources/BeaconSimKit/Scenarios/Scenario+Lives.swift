import BeaconBasics

/// Processes come and go.
extension Scenario {
    static let lives: [Scenario] = [
        Scenario("crash", "up to a third of the members crash for good").with {
            $0.exercises = [.move]
            $0.plan = { plan in
                stir(&plan)
                for host in plan.some(max(1, plan.members / 3)) {
                    plan.add(.crash(host, silent: plan.dice.below(2) == 0), at: plan.moment(0...70))
                }
            }
        },
        Scenario("restart", "members restart, quicker or slower than their death is noticed").with {
            $0.exercises = [.restart]
            $0.plan = restartHalf
        },
        Scenario("restart-loss", "the same while 30 % of all datagrams are lost").with {
            $0.network.loss = 300_000
            $0.exercises = [.restart, .loss]
            allowForLoss(&$0)
            $0.plan = restartHalf
        },
        Scenario("leave", "members leave cleanly; some come back").with {
            $0.exercises = [.leave]
            $0.plan = { plan in
                stir(&plan)
                for host in plan.some(max(1, plan.members / 3)) {
                    let moment = plan.moment(0...60)
                    plan.add(.leave(host), at: moment)
                    if plan.dice.below(2) == 0 {
                        plan.add(.start(host), at: min(moment + plan.delay(.seconds(3), .seconds(15)), plan.end))
                    }
                }
            }
        },
        Scenario("mass-restart", "everybody restarts at once, or one after the other").with {
            $0.exercises = [.restart, .massRestart]
            $0.plan = { plan in
                stir(&plan)
                let spread = plan.delay(.milliseconds(1), .seconds(10))
                for host in 0..<plan.members {
                    let moment = plan.start + .seconds(5) + plan.delay(.milliseconds(0), spread)
                    plan.bounce(host, at: moment, for: plan.delay(.milliseconds(200), .seconds(2)))
                }
            }
        },
        Scenario("flapping", "one member crashes and restarts every two to twenty seconds").with {
            $0.exercises = [.restart]
            $0.plan = { plan in
                stir(&plan)
                let host = plan.host()
                var moment = plan.start
                while moment + .seconds(8) < plan.end {
                    plan.bounce(host, at: moment, for: plan.delay(.milliseconds(200), .seconds(5)))
                    moment = moment + plan.delay(.seconds(6), .seconds(20))
                }
            }
        },
        Scenario("region-loss", "30 % of the members crash within a second, their nodes go elsewhere").with {
            $0.exercises = [.nodeStorm]
            $0.sizes = 4...16
            $0.plan = { plan in
                let moment = plan.moment(10...30)
                for host in plan.some(max(1, plan.members * 3 / 10)) {
                    plan.add(.crash(host, silent: true), at: moment + plan.delay(.milliseconds(0), .seconds(1)))
                    plan.add(.rehome(host, over: .seconds(20)), at: moment + .seconds(2))
                }
            }
        },
        Scenario("rolling-deploy", "one member after the other drains, leaves and comes back").with {
            $0.exercises = [.drain, .leave, .restart, .redeploy]
            $0.allowsDeaths = false
            $0.length = .seconds(90)
            $0.sizes = 3...8
            $0.plan = { plan in
                stir(&plan)
                let step = Delay(nanoseconds: (plan.length.nanoseconds - Plan.calm.nanoseconds) / UInt64(plan.members))
                var moment = plan.start
                for host in 0..<plan.members {
                    plan.add(.drain(host, true), at: moment)
                    plan.add(.rehome(host, over: .seconds(2)), at: moment + .milliseconds(200))
                    plan.add(.leave(host), at: moment + .seconds(5))
                    plan.add(.start(host), at: moment + .seconds(8))
                    moment = moment + step
                }
            }
        },
        Scenario("duplicate-id", "a second host with the id of another").with {
            $0.exercises = [.duplicateID]
            $0.extraHosts = 1
            $0.plan = { plan in
                stir(&plan)
                plan.add(.start(plan.members), at: plan.moment(0...30))
            }
        },
    ]

    @Sendable private static func restartHalf(_ plan: inout Plan) {
        stir(&plan)
        for host in plan.some(max(1, plan.members / 2)) {
            let pause = plan.delay(.milliseconds(100), .seconds(12))
            plan.bounce(host, at: plan.moment(0...70), for: pause, silent: plan.dice.below(4) == 0)
        }
    }
}
