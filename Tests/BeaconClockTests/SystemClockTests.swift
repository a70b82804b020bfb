import BeaconBasics
import BeaconClock
import Testing

@Suite struct SystemClockTests {
    @Test func theMonotonicClockDoesNotGoBack() {
        let first = SystemClock.now()
        var time = first
        for _ in 0..<1_000 {
            let next = SystemClock.now()
            #expect(next >= time)
            time = next
        }
        let both = SystemClock.clusterTime()
        #expect(both.moment >= time && both.moment <= SystemClock.now())
    }

    /// The wall clock's forms agree: read one after the other, with less than a minute between.
    @Test func theFormsOfTheWallClockAgree() {
        let milliseconds = SystemClock.unixMilliseconds()
        #expect(milliseconds > 1_700_000_000_000, "a clock before 2023 is not set")
        let seconds = [
            Double(SystemClock.unixSeconds()), SystemClock.unixTime(),
            Double(SystemClock.clusterTime().unixMilliseconds) / 1_000,
        ]
        for other in seconds { #expect(abs(other - Double(milliseconds) / 1_000) < 60) }
    }

    @Test func workCostsCPU() {
        let (thread, process) = (SystemClock.threadCPU(), SystemClock.processCPU())
        var dice = SeededRandom(seed: 1)
        var sum: UInt64 = 0
        while SystemClock.threadCPU() == thread { sum ^= dice.next() }
        #expect(SystemClock.processCPU() > process, "\(sum)")
    }
}
