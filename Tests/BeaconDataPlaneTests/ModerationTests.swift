import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

/// When a busy shard lets datagrams gather, with a clock that the test moves.
@Suite struct ModerationTests {
    private struct Bench {
        var moderation = Moderation()
        var clock = ManualClock()
        var pauses = 0

        /// `count` batches of `size`, one each `interval` microseconds.
        mutating func batches(_ count: Int, of size: Int, each interval: UInt64, longest: UInt32 = 50) {
            for _ in 0..<count {
                clock.advance(Delay(nanoseconds: interval * 1_000))
                let pause = moderation.pause(after: size, longest: longest, at: clock.now)
                #expect(pause == 0 || pause == longest)
                if pause > 0 { pauses += 1 }
            }
        }
    }

    @Test func handfulsAtAHighRateGather() {
        var bench = Bench()
        bench.batches(1_000, of: 3, each: 10)
        #expect(bench.pauses >= 990 - 100, "after the first window, each of them")
    }

    @Test(arguments: [(1, UInt64(11)), (1, 1_000), (16, 170), (31, 320)])
    func belowTheRateNobodyWaits(size: Int, interval: UInt64) {
        var bench = Bench()
        bench.batches(10_000, of: size, each: interval)
        #expect(bench.pauses == 0)
    }

    @Test func largeBatchesAndTheSettingKeepItAway() {
        var bench = Bench()
        bench.batches(1_000, of: 32, each: 50)
        bench.batches(1_000, of: 3, each: 10, longest: 0)
        #expect(bench.pauses == 0)
    }

    @Test func aQuietWhileEndsIt() {
        var bench = Bench()
        bench.batches(1_000, of: 3, each: 10)
        bench.batches(1, of: 3, each: 5_000)
        bench.pauses = 0
        bench.batches(100, of: 1, each: 1_000)
        #expect(bench.pauses == 0)
    }

    /// Where the timers are coarse, or others want the core, pauses would delay frames for long.
    @Test func aPauseThatLastedTooLongIsNotRepeatedSoon() {
        var bench = Bench()
        bench.batches(1_000, of: 3, each: 10)
        bench.batches(1, of: 1_000, each: 4_000)
        bench.pauses = 0
        bench.batches(9_000, of: 3, each: 10)
        #expect(bench.pauses == 0)
        bench.batches(2_000, of: 3, each: 10)
        #expect(bench.pauses > 0)
    }
}
