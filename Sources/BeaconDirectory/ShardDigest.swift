import BeaconBasics

/// What a shard holds, in eight bytes: the XOR of a hash of each entry. It is kept up to date entry by entry, in any
/// order, and two followers of one log at one cursor have the same (gossip.md §4.5).
///
/// The hash has a fixed key: all beacons must agree. It tells faults, not forgers, from the truth; members are trusted.
struct ShardDigest: Equatable, BitwiseCopyable {
    private(set) var sum: UInt64 = 0

    init() {}
    init(sum: UInt64) { self.sum = sum }

    private static let hash = KeyedHash(k0: 0x243F_6A88_85A3_08D3, k1: 0x1319_8A2E_0370_7345)

    @inline(__always)
    static func hash(_ place: Place, _ stamp: Stamp) -> UInt64 {
        hash(stamp.rawValue ^ hash(UInt64(place.rawValue) | 1 << 32))
    }

    /// Adds an entry that was not there, or takes away one that was.
    @inline(__always)
    mutating func toggle(_ hash: UInt64) { sum ^= hash }

    /// Of the whole shard.
    func root(count: Int) -> UInt64 { Self.hash(sum &+ UInt64(count) &* 0x9E37_79B9_7F4A_7C15) }
}
