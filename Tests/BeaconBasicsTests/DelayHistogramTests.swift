import BeaconBasics
import Testing

@Suite struct DelayHistogramTests {
    @Test func `Every delay is below the bound of its bucket and not below the one before`() {
        let bounds = DelayHistogram.bounds
        #expect(bounds.first == 32 && bounds.last == 8_388_608 && bounds == bounds.sorted())
        for bound in bounds {
            for microseconds in [bound - 1, bound, bound + 1] {
                var histogram = DelayHistogram()
                histogram.add(Delay(nanoseconds: microseconds * 1_000 + 999))
                let expected = bounds.firstIndex { microseconds < $0 } ?? bounds.count
                #expect(histogram.counts.firstIndex(of: 1) == expected, "\(microseconds) µs")
                #expect(histogram.total == 1 && histogram.sum == microseconds)
            }
        }
    }

    @Test func `The largest and the smallest have a place`() {
        var histogram = DelayHistogram()
        histogram.add(Delay(nanoseconds: 0))
        histogram.add(Delay(nanoseconds: .max))
        #expect(histogram.counts.first == 1 && histogram.counts.last == 1)
    }

    @Test func `Percentiles are the bounds that so many stay below`() {
        var histogram = DelayHistogram()
        #expect(histogram.percentile(0.5) == nil)
        for _ in 0..<98 { histogram.add(.milliseconds(1)) }
        histogram.add(.milliseconds(20))
        histogram.add(.seconds(100))
        #expect(histogram.percentile(0) == Delay(nanoseconds: 1_024_000))
        #expect(histogram.percentile(0.98) == Delay(nanoseconds: 1_024_000))
        #expect(histogram.percentile(0.99) == Delay(nanoseconds: 20_480_000))
        #expect(histogram.percentile(1) == nil, "longer than all bounds")
    }
}
