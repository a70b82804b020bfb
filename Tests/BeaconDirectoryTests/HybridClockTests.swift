import BeaconBasics
import Testing

@testable import BeaconDirectory

@Suite struct HybridClockTests {
    private static func at(_ milliseconds: UInt64) -> ClusterTime {
        ClusterTime(Moment(nanoseconds: 0), unixMilliseconds: milliseconds)
    }

    @Test func itNeverGoesBack() {
        var clock = HybridClock()
        let first = clock.next(at: Self.at(1_000))
        let second = clock.next(at: Self.at(1_000))
        let third = clock.next(at: Self.at(10))
        #expect(first < second && second < third)
        #expect(clock.next(at: Self.at(2_000)).unixMilliseconds == 2_000)
    }

    @Test func itMovesPastWhatItIsShown() {
        var clock = HybridClock()
        clock.absorb(Stamp(4_000 << 16 | 9), at: Self.at(1_000))
        #expect(clock.next(at: Self.at(1_000)) == Stamp(4_000 << 16 | 10))
        #expect(clock.clamped == 0)
    }

    @Test func aStampFarAheadIsClampedAndCounted() {
        var clock = HybridClock()
        clock.absorb(Stamp(.max), at: Self.at(1_000))
        #expect(clock.next(at: Self.at(1_000)).unixMilliseconds == 6_000)
        #expect(clock.clamped == 1)
    }

    /// 65,536 stamps in one millisecond carry over into the next.
    @Test func theCountCarries() {
        var clock = HybridClock()
        var last = Stamp(0)
        for _ in 0..<70_000 {
            let stamp = clock.next(at: Self.at(1_000))
            #expect(stamp > last)
            last = stamp
        }
        #expect(last.unixMilliseconds == 1_001)
    }
}
