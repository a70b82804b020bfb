import BeaconBasics

/// How much a peer may be sent of our log: a token bucket of bytes whose rate follows what arrives there (additive
/// increase, multiplicative decrease; Chiu and Jain 1989). A peer that is too slow misses batches and asks for them or
/// for a snapshot later; nothing ever queues up for it.
struct PeerBudget: BitwiseCopyable {
    private var emptyAt: UInt64 = 0
    /// Bytes a second.
    private(set) var rate: UInt32 = 250_000
    /// Milliseconds.
    private var changedAt: UInt32 = 0
    private var skippedAt: UInt32 = 0

    static let rates: ClosedRange<UInt32> = 64_000...4_000_000
    static let increase: UInt32 = 64_000
    private static let burst: UInt64 = 500_000_000

    mutating func take(_ bytes: Int, at now: Moment) -> Bool {
        recover(at: now)
        let time = now.nanoseconds &+ 1 << 62
        let cost = UInt64(bytes) * 1_000_000_000 / UInt64(rate)
        let start = max(emptyAt, time - Self.burst)
        guard start + cost <= time else {
            skippedAt = now.milliseconds32 | 1
            return false
        }
        emptyAt = start + cost
        return true
    }

    /// The peer lacks batches. Not its path's fault if we never sent them.
    mutating func nacked(at now: Moment) {
        recover(at: now)
        let time = now.milliseconds32
        guard time &- changedAt >= 200, skippedAt == 0 || time &- skippedAt > 2_000 else { return }
        rate = max(Self.rates.lowerBound, rate / 4 * 3)
        changedAt = time
    }

    private mutating func recover(at now: Moment) {
        let seconds = (now.milliseconds32 &- changedAt) / 1_000
        guard seconds > 0 else { return }
        rate = min(Self.rates.upperBound, rate + min(seconds, 64) * Self.increase)
        changedAt = now.milliseconds32
    }
}
