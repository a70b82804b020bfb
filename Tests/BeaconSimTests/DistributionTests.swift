import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct DistributionTests {
    @Test func quantilesAreWithinOnePerCent() {
        var distribution = Distribution()
        for value in 1...10_000 { distribution.add(.milliseconds(UInt64(value))) }
        for (perMille, exact) in [(500, 5_000), (990, 9_900), (1, 10)] as [(UInt64, Double)] {
            let found = distribution.quantile(perMille)!.inSeconds * 1_000
            #expect(found >= exact && found <= exact * 1.01)
        }
        #expect(distribution.maximum == .seconds(10))
        #expect(distribution.quantile(1_000) == .seconds(10))
    }

    @Test func smallTimesAreExactAndNoneIsNone() {
        var distribution = Distribution()
        #expect(distribution.quantile(500) == nil)
        for micros in [0, 1, 100, 127, 128, 200] as [UInt64] {
            distribution = Distribution()
            distribution.add(Delay(nanoseconds: micros * 1_000))
            #expect(distribution.quantile(500) == Delay(nanoseconds: micros * 1_000))
        }
    }

    @Test func mergedAndReadBackItIsTheSame() throws {
        var (left, right, both) = (Distribution(), Distribution(), Distribution())
        var dice = SeededRandom(seed: 6)
        for number in 0..<1_000 {
            let delay = Delay(nanoseconds: UInt64(dice.below(100_000_000_000)))
            if number % 2 == 0 { left.add(delay) } else { right.add(delay) }
            both.add(delay)
        }
        left.merge(right)
        #expect(left == both)
        #expect(Distribution(text: both.text) == both)
        for bad in ["", "x", "5 1", "5 a:1", "5 99999:1", "5 1:-1"] { #expect(Distribution(text: bad) == nil) }
    }
}
