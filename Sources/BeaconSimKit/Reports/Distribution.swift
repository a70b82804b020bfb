public import BeaconBasics

/// Times by their logarithm, to within 0.8 %: small enough to be sent from process to process, and to be added up.
public struct Distribution: Sendable, Equatable {
    private var buckets: [UInt32] = []
    public private(set) var count: UInt64 = 0
    public private(set) var maximum = Delay.milliseconds(0)

    public init() {}

    /// 128 buckets for each doubling, in microseconds.
    private static func bucket(_ delay: Delay) -> Int {
        let micros = delay.nanoseconds / 1_000
        guard micros >= 128 else { return Int(micros) }
        let shift = 64 - 8 - micros.leadingZeroBitCount
        return (shift + 1) << 7 + Int(micros >> UInt64(shift)) - 128
    }

    /// The upper edge of a bucket.
    private static func value(_ bucket: Int) -> Delay {
        guard bucket >= 256 else { return Delay(nanoseconds: UInt64(bucket) * 1_000) }
        let shift = UInt64((bucket >> 7) - 1)
        return Delay(nanoseconds: ((UInt64(bucket & 127) + 129) << shift - 1) * 1_000)
    }

    public mutating func add(_ delay: Delay) {
        add(bucket: Self.bucket(delay), 1)
        maximum = max(maximum, delay)
    }

    private mutating func add(bucket: Int, _ times: UInt32) {
        if bucket >= buckets.count { buckets += Array(repeating: 0, count: bucket + 1 - buckets.count) }
        buckets[bucket] += times
        count += UInt64(times)
    }

    public mutating func merge(_ other: Distribution) {
        for (bucket, times) in other.buckets.enumerated() where times > 0 { add(bucket: bucket, times) }
        maximum = max(maximum, other.maximum)
    }

    /// The least time that `perMille` of all do not exceed; nil = there is none.
    public func quantile(_ perMille: UInt64) -> Delay? {
        guard count > 0 else { return nil }
        let wanted = max(1, (count * perMille + 999) / 1_000)
        var sum: UInt64 = 0
        for (bucket, times) in buckets.enumerated() {
            sum += UInt64(times)
            if sum >= wanted { return min(Self.value(bucket), maximum) }
        }
        return maximum
    }

    // MARK: As text

    /// `max_ns bucket:count …`
    public var text: String {
        var words = [String(maximum.nanoseconds)]
        for (bucket, times) in buckets.enumerated() where times > 0 { words.append("\(bucket):\(times)") }
        return words.joined(separator: " ")
    }

    public init?(text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard let first = words.first, let maximum = UInt64(first) else { return nil }
        for word in words.dropFirst() {
            let parts = word.split(separator: ":")
            guard parts.count == 2, let bucket = Int(parts[0]), bucket < 8_192, let times = UInt32(parts[1]) else {
                return nil
            }
            add(bucket: bucket, times)
        }
        self.maximum = Delay(nanoseconds: maximum)
    }
}
