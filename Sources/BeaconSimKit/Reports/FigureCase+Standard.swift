import BeaconBasics

/// The figures that the project has promised of a fleet, and how each is measured.
extension FigureCase {
    public static let all: [FigureCase] = [
        crash("crash-100", members: 100, seeds: 1...10, p50: 3.5, p99: 5),
        crash("crash-1000", members: 1_000, seeds: 1...1, p50: 4, p99: 6),
        falseDeaths("loss20-1000", loss: "loss20", members: 1_000, seeds: 1...1, length: .seconds(100)),
        falseDeaths("loss30-100", loss: "loss30", members: 100, seeds: 1...60, length: .seconds(60)),
        resting("rest-1000", loss: 0, limit: 700),
        resting("rest-1000-loss30", loss: 300_000, limit: 2_000),
        directory("directory-1000", every: .milliseconds(20), members: 1_000, length: .seconds(30), changes: 50),
        directory(
            "directory-100-changes", every: Delay(nanoseconds: 100_000), members: 100, length: .seconds(24),
            changes: 10_000),
        directory(
            "directory-1000-changes", every: Delay(nanoseconds: 100_000), members: 1_000, length: .seconds(24),
            changes: 10_000),
        partition("partition-100", members: 100, seeds: 1...5),
        partition("partition-1000", members: 1_000, seeds: 1...1),
    ]

    private static func quiet(_ name: String) -> Scenario {
        Scenario.named(name)!.with { $0.nodesPerBeacon = 0 }
    }

    private static func crash(
        _ name: String, members: Int, seeds: ClosedRange<UInt64>, p50: Double, p99: Double
    ) -> FigureCase {
        let scenario = quiet("loss1").with { $0.length = .seconds(40) }
        return FigureCase(
            name: name, scenario: scenario, members: members, seeds: seeds,
            kind: .runs([
                Reading(name: "a crash is known, p50", limit: p50) { $0.quantile(.detection, 500) },
                Reading(name: "a crash is known, p99", limit: p99) { $0.quantile(.detection, 990) },
                Reading(name: "cold start, complete views", limit: 5) { $0.maximum(.coldStart) },
            ]))
    }

    private static func falseDeaths(
        _ name: String, loss: String, members: Int, seeds: ClosedRange<UInt64>, length: Delay
    ) -> FigureCase {
        // Counted, not a failure of the run, so that the figure is the count of all runs.
        let scenario = quiet(loss).with {
            $0.length = length
            $0.falseDeathsAllowed = .max
        }
        let reading = Reading(name: "deaths of members that were well", unit: "", limit: 0) { Double($0.falseDeaths) }
        return FigureCase(name: name, scenario: scenario, members: members, seeds: seeds, kind: .runs([reading]))
    }

    private static func resting(_ name: String, loss: UInt32, limit: Double) -> FigureCase {
        let scenario = quiet("calm").with { $0.network.loss = loss }
        return FigureCase(name: name, scenario: scenario, members: 1_000, seeds: 1...1, kind: .resting(limit: limit))
    }

    /// Nodes that move to another beacon, one each `every`, from the fleet's completeness to the end. `changes`: as many
    /// a second at least must really come about; a move is one at the beacon that it leaves and one at its new one.
    private static func directory(
        _ name: String, every: Delay, members: Int, length: Delay, changes: Double
    ) -> FigureCase {
        let scenario = Scenario.named("loss1")!.with {
            $0.nodesPerBeacon = 40_000 / members
            $0.keepAlive = .seconds(15)
            $0.registrationSpread = .milliseconds(500)
            $0.length = length
            // 40,000 nodes that register within half a second, and 10,000 that move a second: twice 400 kB/s (§6, G10),
            // since a move is a change at two beacons.
            $0.trafficLimit = 1 << 20
            $0.plan = { plan in
                plan.add(.traffic(Traffic(.move, every: every, until: plan.end)), at: plan.start)
            }
        }
        return FigureCase(
            name: name, scenario: scenario, members: members, seeds: 1...1,
            kind: .runs([
                Reading(name: "a change is visible everywhere, p50", limit: 0.3) { $0.quantile(.directory, 500) },
                Reading(name: "a change is visible everywhere, p99", limit: 1) { $0.quantile(.directory, 990) },
                Reading(name: "a change is visible everywhere, longest", limit: 3) { $0.maximum(.directory) },
                Reading(name: "changes a second", unit: "", limit: changes, isLeast: true) { $0.changeRate },
                Reading(name: "a beacon's busiest second", unit: "B", limit: 1_048_576) { Double($0.peakBytes) },
            ]))
    }

    private static func partition(_ name: String, members: Int, seeds: ClosedRange<UInt64>) -> FigureCase {
        // Two halves that hold each other for dead: it ends when the faults end, from where the time is taken.
        let scenario = quiet("partition2").with {
            $0.length = .seconds(42)
            $0.plan = { plan in plan.part(plan.groups(2), from: plan.start, for: plan.length) }
        }
        let reading = Reading(name: "identical views after a partition", limit: 10) { $0.maximum(.heal) }
        return FigureCase(name: name, scenario: scenario, members: members, seeds: seeds, kind: .runs([reading]))
    }
}
