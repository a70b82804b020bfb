import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct ByteBudgetTests {
    private let start = Moment(nanoseconds: 0)

    @Test func firstTheSoftThenTheHard() {
        var budget = ByteBudget(soft: 1_000, hard: 20_000, at: start)
        #expect(budget.level(at: start) == .everything)
        budget.spend(3_000)
        #expect(budget.level(at: start) == .urgent)
        budget.spend(6_500)
        #expect(budget.level(at: start) == .nothing)
    }

    /// However often it is asked, it never gives more than the rate and what was saved up.
    @Test func theHardRateHolds() {
        var budget = ByteBudget(soft: 8_000, hard: 64_000, at: start)
        var now = start
        var spent = 0
        for _ in 0..<200_000 {
            now = now + Delay(nanoseconds: 50_300)
            guard budget.level(at: now) != .nothing else { continue }
            budget.spend(1_300)
            spent += 1_300
        }
        let seconds = now.since(start).inSeconds
        #expect(Double(spent) <= 64_000 * seconds + 32_000)
        #expect(Double(spent) >= 0.98 * 64_000 * seconds)
    }

    @Test func aTinyBudgetStillLetsSomethingThrough() {
        var budget = ByteBudget(soft: 1, hard: 100, at: start)
        #expect(budget.level(at: start) != .nothing)
        budget.spend(2_000)
        #expect(budget.level(at: start) == .nothing)
        #expect(budget.level(at: start + .seconds(30)) != .nothing)
    }
}
