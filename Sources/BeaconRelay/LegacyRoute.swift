import BeaconBasics

/// One entry of `LegacyRoutes`, in a word that is read and written at once: node(32) | peer(8) | generation(24).
///
/// A sync under way writes its routes with the generation after its sender's current one, before it publishes that:
/// both are good, so that no route is gone while a list is being taken. All others are dead.
struct LegacyRoute: BitwiseCopyable {
    /// 0 = free.
    let word: UInt64

    init(word: UInt64) { self.word = word }

    init(_ node: NodeID, peer: Int, generation: UInt32) {
        word = UInt64(node.rawValue) << 32 | UInt64(peer) << 24 | UInt64(generation)
    }

    var node: NodeID { NodeID(UInt32(truncatingIfNeeded: word >> 32)) }
    var peer: Int { Int(word >> 24 & 0xFF) }
    private var generation: UInt32 { UInt32(truncatingIfNeeded: word) & 0xFF_FFFF }

    /// Whether the route is good while its peer's generation is `current`.
    func isOf(_ current: UInt32) -> Bool {
        generation != 0 && (generation == current || generation == Self.generation(after: current))
    }

    /// 24 bits go round after years of syncs, long after the sweeper has freed what bore a number before. 0 is that of
    /// a free entry.
    static func generation(after generation: UInt32) -> UInt32 { generation >= 0xFF_FFFF ? 1 : generation + 1 }
}
