import BeaconBasics
import BeaconLoadKit
import Testing

struct LatencyTests {
    private func isClose(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= expected * 0.001 }

    @Test func `Percentiles in microseconds, to three digits`() throws {
        var latency = Latency()
        for microseconds in 1...10_000 { latency.record(Delay(nanoseconds: UInt64(microseconds) * 1000)) }
        let summary = try #require(latency.summary)
        #expect(summary.samples == 10_000)
        #expect(isClose(summary.p50, 5000))
        #expect(isClose(summary.p99, 9900))
        #expect(isClose(summary.p999, 9990))
        #expect(isClose(summary.max, 10_000))
    }

    @Test func `What is beyond the range counts as its end`() throws {
        var latency = Latency()
        latency.record(.seconds(3600))
        latency.record(Delay(nanoseconds: 0))
        let summary = try #require(latency.summary)
        #expect(summary.samples == 2)
        #expect(isClose(summary.max, 60_000_000))
    }

    @Test func `No samples, no percentiles`() {
        #expect(Latency().summary == nil)
    }
}
