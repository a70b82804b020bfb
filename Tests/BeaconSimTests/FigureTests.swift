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
