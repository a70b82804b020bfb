import BeaconBasics

/// Token buckets by key in fixed memory: what keeps a budget for every source without growing with the sources.
///
/// Four buckets a set, 16 bytes each (one cache line a set): 64-bit keyed hash and bucket. When a set is full, the
/// bucket with the most tokens makes room; if that one is full, nothing was forgotten. A stranger who invents sources
/// can thus only push out budgets that were hardly used.
struct KeyedBudgets: ~Copyable {
    private let memory: ZeroedMemory
    private let mask: UInt64

    private struct Slot: BitwiseCopyable {
        /// 0 = never used.
        var key: UInt64
        var bucket: TokenBucket
    }

    private static let ways = 4

    /// `capacity` is rounded up to a power of two.
    init(capacity: Int) {
        var sets = 1
        while sets * Self.ways < capacity { sets *= 2 }
        mask = UInt64(sets - 1)
        memory = ZeroedMemory(byteCount: sets * Self.ways * MemoryLayout<Slot>.stride)
    }

    /// Takes a token from `key`'s bucket; true if there was one. `key` is a keyed hash.
    @inline(__always)
    mutating func take(_ key: UInt64, _ rate: Rate, at now: Moment) -> Bool {
        if rate.isUnlimited { return true }
        return slot(key, rate, at: now).pointee.bucket.take(rate, at: now)
    }

    /// The key's slot, made if need be.
    @inline(__always)
    private mutating func slot(_ key: UInt64, _ rate: Rate, at now: Moment) -> UnsafeMutablePointer<Slot> {
        let key = key | 1 << 63
        let set =
            memory.base.assumingMemoryBound(to: Slot.self) + Int(truncatingIfNeeded: key & mask) &* Self.ways
        for way in 0..<Self.ways where set[way].key == key { return set + way }
        return evict(set, for: key)
    }

    @inline(never)
    private mutating func evict(_ set: UnsafeMutablePointer<Slot>, for key: UInt64) -> UnsafeMutablePointer<Slot> {
        var fullest = 0
        for way in 1..<Self.ways where set[way].bucket.isFuller(than: set[fullest].bucket) { fullest = way }
        set[fullest] = Slot(key: key, bucket: TokenBucket())
        return set + fullest
    }
}
