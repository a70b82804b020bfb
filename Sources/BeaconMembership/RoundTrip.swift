import BeaconBasics

/// A smoothed round trip and its mean deviation in microseconds (Jacobson 1988, as RFC 6298 has it).
struct RoundTrip: Sendable {
    private(set) var mean: UInt32 = 0
    private(set) var deviation: UInt32 = 0

    var isMeasured: Bool { mean != 0 }

    mutating func measured(_ sample: Delay) {
        let new = Int64(min(max(sample.nanoseconds / 1_000, 1), 60_000_000))
        guard isMeasured else {
            mean = UInt32(new)
            deviation = UInt32(new / 2)
            return
        }
        let error = new - Int64(mean)
        deviation = UInt32((3 * Int64(deviation) + abs(error)) / 4)
        mean = UInt32(max(1, Int64(mean) + error / 8))
    }

    /// About the 95th percentile: two mean deviations above the mean.
    var high: Delay { Delay(nanoseconds: (UInt64(mean) + 2 * UInt64(deviation)) * 1_000) }
    var smoothed: Delay? { isMeasured ? Delay(nanoseconds: UInt64(mean) * 1_000) : nil }
}

/// The share of pings that were not answered, smoothed.
struct LossMeter: Sendable {
    /// Of 65,536.
    private(set) var unanswered: UInt16 = 0

    /// `weight`: the last 2^weight attempts count for most of it.
    mutating func attempt(answered: Bool, weight: Int32) {
        let old = Int32(unanswered)
        let target: Int32 = answered ? 0 : 65_535
        let step = (target - old) >> weight
        unanswered = UInt16(max(0, min(65_535, old + (step == 0 && target > old ? 1 : step))))
    }

    /// Of one way: both must arrive, so (1 - loss)² is what was answered.
    var perMille: Int {
        let answered = UInt64(65_535 - unanswered) * 1_000_000 / 65_535
        return 1_000 - Int(Self.squareRoot(answered))
    }

    private static func squareRoot(_ value: UInt64) -> UInt64 {
        var root: UInt64 = 0
        var bit: UInt64 = 1 << 20
        while bit > 0 {
            if (root | bit) * (root | bit) <= value { root |= bit }
            bit >>= 1
        }
        return root
    }
}
