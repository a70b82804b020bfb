import BeaconBasics
import Synchronization

/// Where in a dense table an id's entry is: read by every shard without a lock, written by one thread at a time.
///
/// Two choices of a bucket, sixteen words each (one cache line): a look-up reads two lines at most, however full the
/// table is, and removal just clears a word, so nothing ever moves under a reader. At the load of one half that
/// `buckets(for:)` plans for, both buckets of a key are full with a probability that is negligible (balanced
/// allocations, Azar et al. 1994); `insert` then says so.
///
/// A word is `tag(8) | entry + 1 (24)`, 0 = free. The tag spares most look-ups of other ids' entries.
struct ConcurrentIndex: @unchecked Sendable, BitwiseCopyable {
    static let width = 16
    static let maximumEntries = 0xFF_FFFE

    private let words: UnsafeMutablePointer<Atomic<UInt32>>
    private let mask: UInt64
    private let hash: KeyedHash

    /// `memory` holds at least `byteCount(for: capacity)` zeroed bytes and outlives the index.
    init(memory: UnsafeMutableRawPointer, capacity: Int, hash: KeyedHash) {
        words = memory.assumingMemoryBound(to: Atomic<UInt32>.self)
        mask = UInt64(Self.buckets(for: capacity) - 1)
        self.hash = hash
    }

    static func byteCount(for capacity: Int) -> Int { buckets(for: capacity) * width * 4 }

    private static func buckets(for capacity: Int) -> Int {
        var buckets = 1
        while buckets * width < 2 * capacity { buckets *= 2 }
        return buckets
    }

    /// The entry for which `matches` holds among those filed under `id`.
    @inline(__always)
    func find(_ id: NodeID, _ matches: (Int) -> Bool) -> Int? {
        let h = hash(UInt64(id.rawValue))
        let tag = UInt32(truncatingIfNeeded: h >> 56) << 24
        for choice in 0..<2 {
            let bucket = words + bucket(h, choice)
            for i in 0..<Self.width {
                let word = bucket[i].load(ordering: .acquiring)
                // XOR leaves the entry part alone exactly when the tags agree.
                let entry = word ^ tag
                if entry < 1 << 24, entry != 0, matches(Int(entry) - 1) { return Int(entry) - 1 }
            }
        }
        return nil
    }

    /// Files `entry` under `id`; false if both of the id's buckets are full.
    func insert(_ id: NodeID, entry: Int) -> Bool {
        precondition(entry < Self.maximumEntries)
        let h = hash(UInt64(id.rawValue))
        let tag = UInt32(truncatingIfNeeded: h >> 56) << 24
        let first = words + bucket(h, 0)
        let second = words + bucket(h, 1)
        let target = used(second) < used(first) ? second : first
        for i in 0..<Self.width where target[i].load(ordering: .relaxed) == 0 {
            target[i].store(tag | UInt32(entry + 1), ordering: .releasing)
            return true
        }
        return false
    }

    func remove(_ id: NodeID, entry: Int) {
        let h = hash(UInt64(id.rawValue))
        let word = UInt32(truncatingIfNeeded: h >> 56) << 24 | UInt32(entry + 1)
        for choice in 0..<2 {
            let bucket = words + bucket(h, choice)
            for i in 0..<Self.width where bucket[i].load(ordering: .relaxed) == word {
                bucket[i].store(0, ordering: .releasing)
                return
            }
        }
    }

    @inline(__always)
    private func bucket(_ h: UInt64, _ choice: Int) -> Int {
        Int(truncatingIfNeeded: (choice == 0 ? h : h >> 28) & mask) * Self.width
    }

    private func used(_ bucket: UnsafeMutablePointer<Atomic<UInt32>>) -> Int {
        (0..<Self.width).reduce(0) { $0 + (bucket[$1].load(ordering: .relaxed) == 0 ? 0 : 1) }
    }
}
