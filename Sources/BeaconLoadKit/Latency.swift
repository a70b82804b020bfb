public import BeaconBasics
public import BeaconPrinting
import Histogram

/// Latencies of one run, in an HDR histogram: three significant digits from 1 ns to a minute.
public struct Latency: Sendable {
    private static let ceiling: UInt64 = 60_000_000_000
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1, highestTrackableValue: Latency.ceiling, numberOfSignificantValueDigits: .three)

    public init() {}

    /// What is longer than a minute counts as a minute.
    public mutating func record(_ delay: Delay) {
        histogram.record(min(delay.nanoseconds, Self.ceiling))
    }

    public var summary: LatencySummary? {
        guard histogram.totalCount > 0 else { return nil }
        func microseconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1000
        }
        return LatencySummary(
            samples: histogram.totalCount, p50: microseconds(50), p99: microseconds(99), p999: microseconds(99.9),
            max: Double(histogram.max) / 1000)
    }
}

/// The percentiles that are reported, in microseconds.
public struct LatencySummary: Hashable, Sendable {
    public var samples: UInt64
    public var p50: Double
    public var p99: Double
    public var p999: Double
    public var max: Double

    public init(samples: UInt64, p50: Double, p99: Double, p999: Double, max: Double) {
        self.samples = samples
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
        self.max = max
    }

    public var json: JSON {
        .object([
            ("samples", .int(samples)), ("p50", .number(p50)), ("p99", .number(p99)), ("p99_9", .number(p999)),
            ("max", .number(max)),
        ])
    }
}
