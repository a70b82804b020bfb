import BeaconBasics

/// Where a node stands in the order that all beacons of a fleet share: its id, mixed by a bijection of 32 bits, so that
/// ids dealt out in a row spread evenly. Parts of a snapshot and buckets of a digest are ranges of places, and any peer
/// can go on where another left off.
///
/// The mix is the finalizer of MurmurHash3 (Appleby 2011, public domain).
struct Place: Comparable, BitwiseCopyable {
    var rawValue: UInt32

    @inline(__always)
    init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inline(__always)
    init(of node: NodeID) {
        var h = node.rawValue
        h ^= h >> 16
        h &*= 0x85EB_CA6B
        h ^= h >> 13
        h &*= 0xC2B2_AE35
        h ^= h >> 16
        rawValue = h
    }

    var node: NodeID {
        var h = rawValue
        h ^= h >> 16
        h &*= 0x7ED1_B41D
        h ^= h >> 13 ^ h >> 26
        h &*= 0xA5CB_9243
        h ^= h >> 16
        return NodeID(h)
    }

    @inline(__always)
    static func < (a: Place, b: Place) -> Bool { a.rawValue < b.rawValue }
}
