import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct KeyedBudgetsTests {
    private let hash: KeyedHash = {
        var dice = SeededRandom(seed: 9)
        return KeyedHash(using: &dice)
    }()

    /// Takes until there is none; how many there were.
    private func drain(_ budgets: inout KeyedBudgets, _ key: UInt64, _ rate: Rate, at now: Moment, limit: Int = 100_000)
        -> Int
    {
        for taken in 0..<limit where !budgets.take(hash(key), rate, at: now) { return taken }
        return limit
    }

    @Test func everyKeyHasItsOwnBudget() {
        var budgets = KeyedBudgets(capacity: 4_096)
        let clock = ManualClock()
        let rate = Rate(perSecond: 5)
        for key in UInt64(0)..<100 { #expect(drain(&budgets, key, rate, at: clock.now) == 5) }
        for key in UInt64(0)..<100 { #expect(drain(&budgets, key, rate, at: clock.now) == 0) }
    }

    @Test func noLimitIsNoLimit() {
        var budgets = KeyedBudgets(capacity: 4)
        #expect(drain(&budgets, 1, .unlimited, at: Moment(nanoseconds: 0)) == 100_000)
    }

    /// Four keys share a set. A fifth pushes out the one that has used least, so that a heavy user stays held.
    @Test func theFullestMakesRoom() {
        var budgets = KeyedBudgets(capacity: 4)
        let clock = ManualClock()
        let rate = Rate(perSecond: 10)
        for key in UInt64(1)...4 {
            let used = key == 3 ? 2 : 9
            #expect(drain(&budgets, key, rate, at: clock.now, limit: used) == used)
        }
        #expect(drain(&budgets, 5, rate, at: clock.now, limit: 1) == 1)
        for key in [1, 2, 4] as [UInt64] { #expect(drain(&budgets, key, rate, at: clock.now) == 1) }
        #expect(drain(&budgets, 5, rate, at: clock.now) == 9)
    }

    /// A stranger who invents 200,000 sources frees no heavy user. (A set that is all heavy users must lose one: with
    /// ten of them over 64 sets there is none.)
    @Test func aFloodOfSourcesFreesNoHeavyUser() {
        var budgets = KeyedBudgets(capacity: 256)
        let clock = ManualClock()
        let rate = Rate(perSecond: 100)
        let heavy = UInt64(1)...10
        for key in heavy { #expect(drain(&budgets, key, rate, at: clock.now) == 100) }
        for key in UInt64(1_000)..<201_000 { _ = budgets.take(hash(key), rate, at: clock.now) }
        for key in heavy { #expect(drain(&budgets, key, rate, at: clock.now) == 0, "source \(key)") }
    }

    /// While nobody is pushed out, no source gets more than burst + rate · t in any stretch from its first take.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func noSourceGetsMoreThanItsShare(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var budgets = KeyedBudgets(capacity: 4_096)
        let rate = Rate(
            perSecond: UInt32.random(in: 1...5_000, using: &dice), burst: UInt32.random(in: 1...50, using: &dice))
        var clock = ManualClock()
        let start = clock.now
        var taken: [UInt64: UInt64] = [:]
        for _ in 0..<20_000 {
            clock.advance(Delay(nanoseconds: UInt64.random(in: 0...200_000, using: &dice)))
            let key = UInt64.random(in: 0..<8, using: &dice)
            if budgets.take(hash(key), rate, at: clock.now) { taken[key, default: 0] += 1 }
        }
        let elapsed = clock.now.since(start).nanoseconds
        for (key, count) in taken {
            let share = UInt64(rate.burst) + elapsed * UInt64(rate.perSecond) / 1_000_000_000
            #expect(count <= share, "seed \(seed) key \(key)")
        }
    }
}
