/// How many delays of which length, from 32 µs to 8 s, in four buckets an octave: a percentile is told to a fifth.
public struct DelayHistogram: Equatable, Sendable {
    private static let firstOctave = 5
    private static let octaves = 18
    private static let perOctave = 4

    /// The upper end of each bucket but the last, which has none, in microseconds, not included.
    public static let bounds: [UInt64] = (0...octaves * perOctave).map { index in
        let base = UInt64(1) << UInt64(firstOctave + index / perOctave)
        return base + base / UInt64(perOctave) * UInt64(index % perOctave)
    }

    /// By `bounds`, and one more for what is longer than all.
    public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// In microseconds.
    public private(set) var sum: UInt64 = 0

    public init() {}

    public var total: UInt64 { counts.reduce(0, &+) }

    public mutating func add(_ delay: Delay) {
        let microseconds = delay.nanoseconds / 1_000
        counts[Self.bucket(microseconds)] &+= 1
        sum &+= microseconds
    }

    /// The bound of the bucket in which the smallest delay lies that `share` of all do not exceed; nil without any, and
    /// where that bucket is the last.
    public func percentile(_ share: Double) -> Delay? {
        let total = total
        guard total > 0 else { return nil }
        let wanted = UInt64((Double(total) * share).rounded(.up))
        var seen: UInt64 = 0
        for (index, bound) in Self.bounds.enumerated() {
            seen &+= counts[index]
            if seen >= max(1, wanted) { return Delay(nanoseconds: bound * 1_000) }
        }
        return nil
    }

    /// Bounds are whole in binary: the octave is the highest bit, the quarter the two below it.
    private static func bucket(_ microseconds: UInt64) -> Int {
        guard microseconds >= bounds[0] else { return 0 }
        let octave = 63 - microseconds.leadingZeroBitCount
        let quarter = Int(microseconds >> UInt64(octave - 2)) & (perOctave - 1)
        return min((octave - firstOctave) * perOctave + quarter + 1, bounds.count)
    }
}
