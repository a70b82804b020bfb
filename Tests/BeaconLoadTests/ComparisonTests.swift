import BeaconLoadKit
import BeaconPrinting
import Testing

struct ComparisonTests {
    private func sample(cost: Double, p50: Double = 0, warnings: [String] = []) -> RunSample {
        var measurement = Measurement()
        measurement.seconds = 1
        measurement.completed = 1_000_000
        measurement.serverCPU = cost / 1000
        let latency = LatencySummary(samples: 1, p50: p50, p99: p50 * 10, p999: 0, max: 0)
        return RunSample(measurement, latency, warnings: warnings)
    }

    private func comparison(_ goals: [Goal], _ samples: [[RunSample]]) -> Comparison {
        let contenders: [Contender] = [.beacon("beacon", ["{port}"]), .floor(offload: false), .floor(offload: true)]
        return Comparison(Scenario("x", "a scenario", RelayPlan(), contenders, goals), samples: samples)
    }

    @Test(arguments: [(5240.0, true), (5260, false)])
    func `A ratio of medians is held against its goal`(cost: Double, isMet: Bool) throws {
        let samples = [[cost, 1, 9e9].map { sample(cost: $0) }, [5000, 4000, 6000].map { sample(cost: $0) }, []]
        let rows = comparison([.cost(atMost: 1.05)], samples).rows
        let row = try #require(rows.first)
        #expect(rows.count == 1, "a contender without samples has no row")
        #expect(abs(row.result - cost / 5000) < 1e-9)
        #expect(row.isMet == isMet)
    }

    @Test func `A latency is a difference`() throws {
        let samples = [[sample(cost: 1, p50: 95)], [sample(cost: 1, p50: 89)], [sample(cost: 1, p50: 80)]]
        let rows = comparison([.p50(excess: 10), .p99(excess: 50)], samples).rows
        #expect(rows.map { $0.result.rounded() } == [6, -9, 60, -90])
        #expect(rows.map(\.isMet) == [true, nil, false, nil], "goals are the first contender's")
    }

    @Test func `Warnings are told once, with how many runs gave them`() {
        let samples = [[sample(cost: 1, warnings: ["w"]), sample(cost: 1), sample(cost: 1, warnings: ["w"])], [], []]
        #expect(comparison([.cost(atMost: nil)], samples).warnings == ["x, beacon: 2 of 3 runs: w"])
    }

    @Test func `The table shows median, goal and verdict`() {
        let samples = [[sample(cost: 6000)], [sample(cost: 5000)], [sample(cost: 2500)]]
        let lines = [comparison([.cost(atMost: 1.05)], samples)].text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].split(separator: " ").suffix(5) == ["5000", "1.200", "≤", "1.05", "NO"])
        #expect(lines[2].split(separator: " ").suffix(4) == ["5000", "0.500", "-", "-"])
    }

    @Test func `Nothing compared, nothing printed`() {
        #expect([Comparison]().text.isEmpty)
    }

    @Test func `Standard scenarios can be run`() {
        #expect(Set(Scenario.standard.map(\.name)).count == Scenario.standard.count)
        for scenario in Scenario.standard {
            #expect(scenario.plan.fault == nil)
            for contender in scenario.contenders {
                #expect(CommandTemplate(words: ["program"] + contender.arguments) != nil)
            }
        }
    }
}
