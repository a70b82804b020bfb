import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct HostClockTests {
    @Test(arguments: [922, 1_024, 1_126] as [UInt64])
    func aDeadlineIsReachedAtItsInstantAndNotBefore(rate: UInt64) {
        var clock = HostClock(base: 123_456_789, epoch: 1_000)
        clock.run(at: rate, from: Moment(nanoseconds: 5_000_000_000))
        var dice = SeededRandom(seed: 3)
        for _ in 0..<1_000 {
            let now = Moment(nanoseconds: 5_000_000_000 + UInt64(dice.below(1_000_000_000)))
            let deadline = clock.moment(at: now) + Delay(nanoseconds: UInt64(1 + dice.below(100_000_000_000)))
            let instant = clock.instant(of: deadline)!
            #expect(clock.moment(at: instant) >= deadline)
            #expect(clock.moment(at: Moment(nanoseconds: instant.nanoseconds - 2)) < deadline)
        }
    }

    @Test func theRateChangesWithoutAJump() {
        var clock = HostClock(base: 0, epoch: 0)
        let change = Moment(nanoseconds: 1_000_000)
        let before = clock.moment(at: change)
        clock.run(at: 1_126, from: change)
        #expect(clock.moment(at: change) == before)
        #expect(clock.moment(at: change + .seconds(1_024)).nanoseconds == 1_000_000 + 1_126_000_000_000)
    }

    @Test func theWallClockErrs() {
        var clock = HostClock(base: 99, epoch: 10_000)
        clock.wallError = -3_000
        #expect(clock.time(at: Moment(nanoseconds: 2_000_000_000)).unixMilliseconds == 9_000)
        clock.wallError = -100_000
        #expect(clock.time(at: Moment(nanoseconds: 0)).unixMilliseconds == 0)
    }

    @Test func noDeadlineIsNever() {
        #expect(HostClock(base: 5, epoch: 0).instant(of: Moment(nanoseconds: .max)) == nil)
    }
}
