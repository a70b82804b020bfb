public import BeaconPrinting

/// The median and the range of a few repetitions. Medians, because one repetition in five meets a neighbour.
public struct Spread: Hashable, Sendable {
    public var median: Double
    public var low: Double
    public var high: Double

    /// Nil without samples; values that are not finite are left out.
    public init?(_ samples: [Double]) {
        let sorted = samples.filter(\.isFinite).sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        low = first
        high = last
    }

    public var json: JSON {
        .object([("median", .number(median)), ("low", .number(low)), ("high", .number(high))])
    }
}
