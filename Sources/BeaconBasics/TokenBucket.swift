/// A rate and a burst: what a `TokenBucket` is filled by. A rate of 0 means no limit.
public struct Rate: Hashable, BitwiseCopyable, Sendable {
    /// Tokens a second.
    public var perSecond: UInt32
    /// The most that can be saved up, at least 1.
    public var burst: UInt32

    @inlinable
    public init(perSecond: UInt32, burst: UInt32) {
        self.perSecond = perSecond
        self.burst = max(1, burst)
    }

    /// One second's worth may be saved up.
    @inlinable
    public init(perSecond: UInt32) { self.init(perSecond: perSecond, burst: perSecond) }

    public static let unlimited = Rate(perSecond: 0, burst: 1)

    @inlinable
    public var isUnlimited: Bool { perSecond == 0 }

    /// What a token costs in nanoseconds. Rounded up, so that no window ever gives more than burst + rate · t; the
    /// price is precision at rates near one a nanosecond, which is also the highest there is.
    @inlinable
    var interval: UInt64 { (1_000_000_000 + UInt64(perSecond) - 1) / UInt64(perSecond) }
}

/// A token bucket in eight bytes: it keeps no level but the moment at which it was last empty, and tokens grow from
/// there (GCRA turned round: one field, no rounding drift).
public struct TokenBucket: BitwiseCopyable, Sendable {
    /// Nanoseconds on a clock shifted by `epoch`, so that a bucket is full even at moment 0.
    @usableFromInline var emptyAt: UInt64

    @usableFromInline static let epoch: UInt64 = 1 << 62

    @inlinable
    public init() { emptyAt = 0 }

    /// Takes one token if there is one.
    @inlinable
    public mutating func take(_ rate: Rate, at now: Moment) -> Bool {
        if rate.isUnlimited { return true }
        let time = now.nanoseconds &+ Self.epoch
        let cost = rate.interval
        let start = max(emptyAt, time &- cost &* UInt64(rate.burst))
        guard start &+ cost <= time else { return false }
        emptyAt = start &+ cost
        return true
    }

    /// Whether this bucket holds more than another of the same rate.
    @inlinable
    public func isFuller(than other: TokenBucket) -> Bool { emptyAt < other.emptyAt }

    /// Whether no token is missing: such a bucket says nothing that a new one would not.
    @inlinable
    public func isFull(_ rate: Rate, at now: Moment) -> Bool {
        if rate.isUnlimited { return true }
        return emptyAt &+ rate.interval &* UInt64(rate.burst) <= now.nanoseconds &+ Self.epoch
    }
}
