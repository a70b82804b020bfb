import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct FigureTests {
    @Test func aFigureOfARunThatBrokeAPropertyIsNotMet() {
        var figure = Figure(name: "time", unit: "s", limit: 2)
        #expect(!figure.isMet)
        figure.measured = 1
        #expect(figure.isMet)
        figure.violated = [.s15]
        #expect(!figure.isMet)
    }

    @Test func aLeastFigureIsToBeReached() {
        var figure = Figure(name: "rate", unit: "", limit: 100, isLeast: true)
        #expect(!figure.isMet)
        figure.measured = 99
        #expect(!figure.isMet)
        figure.measured = 100
        #expect(figure.isMet)
    }

    /// A node that moves is a change at the beacon that it leaves, and one at its new one; what was before the plan
    /// began, or comes after its end, does not count.
    @Test func theRateOfChangesIsThatOfThePlan() {
        let scenario = Scenario.named("calm")!.with {
            $0.length = .seconds(22)
            $0.keepAlive = .seconds(15)
            $0.registrationSpread = .seconds(2)
            $0.nodesPerBeacon = 100
            $0.plan = { plan in
                plan.add(.traffic(Traffic(.move, every: .milliseconds(100), until: plan.end)), at: plan.start)
            }
        }
        let report = Simulation(scenario, members: 5, seed: 3).run()
        // Four of five draws are of another beacon than the node's own.
        #expect(report.violation == nil && (11...20).contains(report.changeRate), "\(report.changeRate)")
    }

    @Test func aCaseTellsWhichPropertyDidNotHold() {
        let scenario = Scenario.named("calm")!.with {
            $0.nodesPerBeacon = 0
            $0.length = .seconds(20)
            $0.trafficLimit = 10
        }
        let one = FigureCase(
            name: "tight", scenario: scenario, members: 3, seeds: 1...2,
            kind: .runs([.init(name: "cold start", limit: 100) { $0.maximum(.coldStart) }]))
        let (figures, violations) = one.measure { _ in }
        #expect(figures.count == 1 && violations.count == 2)
        #expect(figures[0].measured != nil && figures[0].violated == [.s15] && !figures[0].isMet)
    }

    @Test func aRunWithoutNodesEndsWhenItsViewsAreTheSame() {
        let scenario = Scenario.named("calm")!.with {
            $0.nodesPerBeacon = 0
            $0.length = .seconds(30)
        }
        let report = Simulation(scenario, members: 5, seed: 1).run()
        #expect(report.violation == nil)
        #expect(report.virtualTime < Moment(nanoseconds: 0) + .seconds(45))
    }

    @Test func namesOfCasesAreOfAKind() {
        #expect(Set(FigureCase.all.map(\.name)).count == FigureCase.all.count)
    }
}
