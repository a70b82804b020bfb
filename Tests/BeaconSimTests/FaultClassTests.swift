import BeaconBasics
import Testing

@testable import BeaconSimKit

/// A fault that is in a campaign's name but never at work would prove nothing: then the run, and the campaign, fail.
@Suite struct FaultClassTests {
    /// What the campaign promises to put a fleet through, and the scenario that answers for it.
    static let promised: [(FaultClass, String)] = [
        (.loss, "loss10"), (.burst, "bursty"), (.delay, "delay"), (.duplication, "delay"), (.reordering, "delay"),
        (.oneWay, "one-way"), (.deaf, "deaf"), (.mute, "mute"), (.partition, "partition2"), (.late, "slow"),
        (.starved, "starved"), (.pause, "pause"), (.restart, "restart"), (.massRestart, "mass-restart"),
        (.wallClock, "clock"), (.clockRate, "clock"), (.duplicateID, "duplicate-id"),
        (.duplicateNode, "duplicate-node"), (.nodeStorm, "node-storm"), (.drain, "rolling-deploy"),
        (.leave, "rolling-deploy"), (.redeploy, "rolling-deploy"), (.keyRotation, "key-rotation"),
        (.straggler, "key-rotation-loss"), (.garbage, "hostile"), (.bitFlip, "hostile"), (.replay, "hostile"),
        (.truncation, "hostile"), (.otherVersion, "hostile"),
    ]

    @Test(arguments: promised)
    func itsScenarioPutsItToWorkAndFailsWithoutIt(fault: FaultClass, name: String) throws {
        let scenario = try #require(Scenario.named(name))
        #expect(scenario.isStandard && scenario.exercises.contains(fault))
        let harmless = scenario.with {
            $0.network = NetworkSettings()
            $0.extraHosts = 0
            $0.nodesPerBeacon = 0
            $0.length = .seconds(13)
            $0.exercises = [fault]
            $0.plan = { _ in }
        }
        let report = Simulation(harmless, members: 3, seed: 5).run()
        #expect(report.violation?.text == "the run never exercised \(fault.rawValue)")
    }

    @Test(arguments: ["delay", "mass-restart", "rolling-deploy"])
    func theScenarioItselfIsNotHarmless(name: String) throws {
        let scenario = try #require(Scenario.named(name))
        let report = Simulation(scenario.with { $0.nodesPerBeacon = 2 }, members: 3, seed: 9).run()
        #expect(report.violation == nil)
        for fault in scenario.exercises { #expect(report.faults[fault.index] > 0, "\(fault)") }
    }

    @Test(arguments: FaultClass.allCases)
    func aCampaignWithoutItHasFailed(fault: FaultClass) {
        let plan = CampaignPlan(scenarios: Scenario.all.filter(\.isStandard), seeds: 100, first: 1, hundreds: 0)
        var report = CampaignReport()
        var run = RunReport(scenario: "calm", members: 3, seed: 1)
        for other in FaultClass.allCases where other != fault { run.exercised(other) }
        for milestone in Milestone.allCases { run.reached(milestone) }
        report.add(run)
        #expect(report.missing(plan) == [fault.rawValue])
    }

    /// Crashes are drawn, loud or silent, by many scenarios: each campaign must have both.
    @Test func crashesOfBothKindsAreDrawn() {
        var kinds: Set<Bool> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            var plan = Plan(members: 3, length: .seconds(60), dice: SeededRandom(seed: seed))
            Scenario.named("crash")!.plan(&plan)
            for planned in plan.faults { if case .crash(_, let silent) = planned.fault { kinds.insert(silent) } }
        }
        #expect(kinds == [false, true])
    }

    @Test func everyScenarioIsRunWithTwoToFive() {
        let standard = Scenario.all.filter(\.isStandard)
        let plan = CampaignPlan(scenarios: standard, seeds: standard.count * 8, first: 1, hundreds: 0)
        for scenario in standard {
            let sizes = Set(plan.jobs.filter { $0.scenario == scenario.name }.map(\.members))
            #expect(sizes.isSuperset(of: 2...5), "\(scenario.name): \(sizes.sorted())")
        }
    }
}
