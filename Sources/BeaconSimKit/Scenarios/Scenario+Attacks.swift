import BeaconBasics

/// Keys and strangers.
extension Scenario {
    static let attacks: [Scenario] = [
        Scenario("key-rotation", "the fleet's key changes twice").with {
            $0.exercises = [.keyRotation]
            $0.allowsSuspicions = false
            $0.plan = { plan in
                stir(&plan)
                plan.add(.rotate(plan.host()), at: plan.moment(0...20))
                plan.add(.rotate(plan.host()), at: plan.moment(50...70))
            }
        },
        Scenario("key-rotation-loss", "the same with 10 % loss, while one member is down").with {
            $0.network.loss = 100_000
            $0.exercises = [.keyRotation, .straggler, .loss]
            $0.healLimit = .seconds(45)
            $0.settleLimit = .seconds(90)
            $0.plan = { plan in
                stir(&plan)
                let straggler = plan.host()
                let other = plan.other(than: straggler)
                plan.add(.crash(straggler, silent: true), at: plan.start)
                // After its death is known; a rotation waits for the living alone.
                plan.add(.rotate(other), at: plan.start + .seconds(14))
                plan.add(.start(straggler), at: plan.start + .seconds(26))
                // It is told that its key is old, and its operator gives it the new one.
                plan.add(.copyKeys(from: other, to: straggler), at: plan.start + .seconds(40))
            }
        },
        Scenario("hostile", "garbage, flipped bits, cut and replayed datagrams, other versions").with {
            $0.exercises = [.garbage, .bitFlip, .truncation, .replay, .otherVersion]
            $0.plan = { plan in
                stir(&plan)
                plan.add(.traffic(Traffic(.hostile, every: .milliseconds(5), until: plan.end)), at: plan.start)
                crashOne(&plan)
            }
        },
        Scenario("hostile-restart", "the same while members restart: replays of former sessions").with {
            $0.exercises = [.replay, .restart]
            $0.plan = { plan in
                stir(&plan)
                plan.add(.traffic(Traffic(.hostile, every: .milliseconds(5), until: plan.end)), at: plan.start)
                for host in plan.some(max(1, plan.members / 2)) {
                    plan.bounce(host, at: plan.moment(0...70), for: plan.delay(.milliseconds(100), .seconds(8)))
                }
            }
        },
    ]
}
