import BeaconBasics
import BeaconTestKit
import Testing

@Suite struct TokenBucketTests {
    /// Takes until there is none; how many there were.
    private func drain(_ bucket: inout TokenBucket, _ rate: Rate, at now: Moment, limit: Int = 100_000) -> Int {
        for taken in 0..<limit where !bucket.take(rate, at: now) { return taken }
        return limit
    }

    @Test(arguments: [(1, 1), (1, 5), (3, 3), (7, 2), (4_000, 4_000), (1_000_000, 10)] as [(UInt32, UInt32)])
    func aNewBucketHoldsExactlyItsBurst(perSecond: UInt32, burst: UInt32) {
        let rate = Rate(perSecond: perSecond, burst: burst)
        for start in [0, 1, 1_000_000_000, UInt64.max / 4] {
            var bucket = TokenBucket()
            #expect(drain(&bucket, rate, at: Moment(nanoseconds: start)) == Int(burst))
        }
    }

    @Test func tokensComeBackOneByOne() {
        var clock = ManualClock()
        let rate = Rate(perSecond: 4, burst: 2)
        var bucket = TokenBucket()
        #expect(drain(&bucket, rate, at: clock.now) == 2)
        clock.advance(Delay(nanoseconds: 249_999_999))
        #expect(drain(&bucket, rate, at: clock.now) == 0)
        clock.advance(Delay(nanoseconds: 1))
        #expect(drain(&bucket, rate, at: clock.now) == 1)
        clock.advance(.milliseconds(500))
        #expect(drain(&bucket, rate, at: clock.now) == 2)
        clock.advance(.seconds(1_000_000))
        #expect(drain(&bucket, rate, at: clock.now) == 2, "what is saved up never exceeds the burst")
    }

    @Test func aRateOfNothingIsNoLimit() {
        var bucket = TokenBucket()
        #expect(Rate.unlimited.isUnlimited)
        #expect(Rate(perSecond: 0).isUnlimited)
        #expect(drain(&bucket, .unlimited, at: Moment(nanoseconds: 0), limit: 10_000) == 10_000)
        #expect(bucket.isFull(.unlimited, at: Moment(nanoseconds: 0)))
    }

    @Test func aBurstIsNeverNothing() {
        #expect(Rate(perSecond: 9, burst: 0).burst == 1)
    }

    @Test func aClockThatGoesBackGivesNothingAway() {
        let rate = Rate(perSecond: 10, burst: 10)
        var bucket = TokenBucket()
        #expect(drain(&bucket, rate, at: Moment(nanoseconds: 5_000_000_000)) == 10)
        #expect(drain(&bucket, rate, at: Moment(nanoseconds: 1_000_000_000)) == 0)
        #expect(drain(&bucket, rate, at: Moment(nanoseconds: 6_000_000_000)) == 10)
    }

    @Test func fullnessIsSeen() {
        var clock = ManualClock()
        let rate = Rate(perSecond: 2, burst: 4)
        var used = TokenBucket()
        #expect(used.isFull(rate, at: clock.now))
        #expect(drain(&used, rate, at: clock.now, limit: 1) == 1)
        #expect(!used.isFull(rate, at: clock.now))
        #expect(TokenBucket().isFuller(than: used))
        #expect(!used.isFuller(than: TokenBucket()))
        var emptier = used
        #expect(drain(&emptier, rate, at: clock.now, limit: 1) == 1)
        #expect(used.isFuller(than: emptier))
        clock.advance(.milliseconds(500))
        #expect(used.isFull(rate, at: clock.now))
        #expect(!emptier.isFull(rate, at: clock.now))
    }

    /// The promise: in any window of t seconds at most burst + rate·t tokens. Every pair of takes is a window.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func noWindowGivesMoreThanItsShare(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let rates: [UInt32] = [1, 3, 7, 999, 4_000, 123_457, 1_000_003, 600_000_000, 3_000_000_000]
        let rate = Rate(perSecond: rates.randomElement(using: &dice)!, burst: UInt32.random(in: 1...20, using: &dice))
        var bucket = TokenBucket()
        var now = UInt64.random(in: 0...UInt64(1) << 40, using: &dice)
        let step = 3_000_000_000 / UInt64(rate.perSecond) + 1
        var takes: [UInt64] = []
        for _ in 0..<400 {
            now += UInt64.random(in: 0...step, using: &dice) / UInt64.random(in: 1...4, using: &dice)
            if bucket.take(rate, at: Moment(nanoseconds: now)) { takes.append(now) }
        }
        for first in takes.indices {
            for last in first..<takes.count {
                let (elapsed, count) = (takes[last] - takes[first], UInt64(last - first + 1))
                // count - burst ≤ rate · elapsed, in whole numbers.
                let allowed = UInt64(rate.burst) + elapsed * UInt64(rate.perSecond) / 1_000_000_000
                guard count > allowed else { continue }
                Issue.record("seed \(seed): \(rate) gave \(count) in \(elapsed) ns, not \(allowed)")
                return
            }
        }
    }

    /// And not much less: a source that always asks gets its rate.
    @Test(arguments: [1, 3, 7, 1_000, 4_000, 123_457] as [UInt32])
    func aConstantDemandGetsTheRate(perSecond: UInt32) {
        let rate = Rate(perSecond: perSecond, burst: 1)
        var bucket = TokenBucket()
        let step = 1_000_000_000 / UInt64(perSecond) / 4
        let asked = UInt64(perSecond) * 40
        let taken = (0..<asked).reduce(0) { $0 + (bucket.take(rate, at: Moment(nanoseconds: $1 * step)) ? 1 : 0) }
        #expect(taken <= Int(perSecond) * 10 + 1)
        #expect(Double(taken) >= Double(perSecond) * 10 * 0.79, "at worst a quarter step late each time")
    }
}
