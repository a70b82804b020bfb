import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct CampaignTests {
    @Test func everyScenarioHasItsTurnAndIsRepeatedOnce() {
        let standard = Scenario.all.filter(\.isStandard)
        let plan = CampaignPlan(scenarios: standard, seeds: 200, first: 7, hundreds: 3)
        #expect(plan.isComplete && plan.repeatsFrom == 203)
        #expect(plan.jobs.count == 203 + standard.count)
        for scenario in standard {
            let jobs = plan.jobs.prefix(200).filter { $0.scenario == scenario.name }
            #expect(jobs.count >= 200 / standard.count)
            #expect(jobs.allSatisfy { scenario.sizes.contains($0.members) || (2...5).contains($0.members) })
            #expect(plan.jobs[plan.repeatsFrom...].contains { $0 == jobs.first })
        }
    }

    @Test func namesAreOfAKind() {
        #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
    }

    @Test func aCampaignThatExercisedNothingHasFailed() {
        let plan = CampaignPlan(scenarios: Scenario.all.filter(\.isStandard), seeds: 100, first: 1, hundreds: 0)
        var report = CampaignReport()
        var run = RunReport(scenario: "calm", members: 3, seed: 1)
        report.add(run)
        #expect(report.missing(plan).count == FaultClass.allCases.count + Milestone.allCases.count)
        run.seed = 2
        for fault in FaultClass.allCases where fault != .deaf { run.exercised(fault) }
        for milestone in Milestone.allCases { run.reached(milestone) }
        report.add(run)
        #expect(report.missing(plan) == ["deaf"])
    }

    @Test func anotherChecksumOfOneSeedIsAFailure() {
        var report = CampaignReport()
        var run = RunReport(scenario: "calm", members: 3, seed: 1)
        run.checksum = 5
        report.add(run)
        report.add(run)
        #expect(report.runs == 1 && report.repeated == 1 && report.failures.isEmpty)
        run.checksum = 6
        report.add(run)
        #expect(report.failures.first?.violation?.property == .s17)
    }

    @Test func aReportIsReadBackFromItsLine() {
        var run = RunReport(scenario: "loss30", members: 12, seed: 99)
        run.violation = Violation(property: .s10, at: Moment(nanoseconds: 77), text: "a\tb\nc")
        run.lastEvents = ["one", "two"]
        run.exercised(.loss)
        run.reached(.dead)
        run.measure(.detection, .seconds(3))
        (run.checksum, run.events, run.falseDeaths) = (.max, 5, 2)
        let read = RunReport(line: run.line)
        #expect(read?.violation?.text == "a b c" && read?.violation?.property == .s10)
        #expect(read?.lastEvents == ["one", "two"] && read?.checksum == .max && read?.falseDeaths == 2)
        #expect(read?.faults == run.faults && read?.milestones == run.milestones && read?.measures == run.measures)
        #expect(RunReport(line: "calm\t1") == nil)
    }
}
