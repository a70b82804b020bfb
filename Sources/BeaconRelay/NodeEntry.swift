public import BeaconBasics
import Synchronization

/// One node in the table: 56 bytes, every field atomic, guarded by a sequence lock.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 4 | sequence: odd while being written |
/// | 4 | 4 | node id |
/// | 8 | 16 | endpoint's IP address |
/// | 24 | 8 | scope(32) port(16) local address (16) |
/// | 32 | 4 | flags |
/// | 36 | 4 | last seen, ms |
/// | 40 | 4 | last accepted Discover, ms (reference policy); 0 = never |
/// | 44 | 4 | last notify, ms; 0 = never |
/// | 48 | 8 | allowance of an unproven endpoint: second(32) frames(32) |
///
/// Times are 32-bit milliseconds compared with wrap-around: right as long as an entry is touched once in 24 days, and
/// it expires after ten minutes. A free entry keeps the next free one in the first address field.
struct NodeEntry: BitwiseCopyable {
    static let byteCount = 56

    let base: UnsafeMutableRawPointer

    @inline(__always)
    init(_ base: UnsafeMutableRawPointer) { self.base = base }

    @inline(__always)
    private func word32(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    @inline(__always)
    private func word64(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// Copies what a route needs, or nil if the entry is not (or no longer) `id`'s.
    ///
    /// Loads acquire, so that none sinks below the second look at the sequence; on x86 that is free.
    @inline(__always)
    func read(_ id: NodeID) -> NodeRoute? {
        while true {
            let before = word32(0).pointee.load(ordering: .acquiring)
            guard before & 1 == 0 else { continue }
            let owner = word32(4).pointee.load(ordering: .acquiring)
            let high = word64(8).pointee.load(ordering: .acquiring)
            let low = word64(16).pointee.load(ordering: .acquiring)
            let rest = word64(24).pointee.load(ordering: .acquiring)
            let flags = word32(32).pointee.load(ordering: .acquiring)
            guard word32(0).pointee.load(ordering: .relaxed) == before else { continue }
            guard owner == id.rawValue, flags & NodeFlags.used.rawValue != 0 else { return nil }
            return NodeRoute(high: high, low: low, rest: rest, flags: NodeFlags(rawValue: flags))
        }
    }

    /// Writes under the sequence lock. One writer at a time: the registry's lock sees to that.
    func write(_ id: NodeID, _ endpoint: Endpoint, flags: NodeFlags) {
        let sequence = word32(0).pointee.load(ordering: .relaxed)
        word32(0).pointee.store(sequence &+ 1, ordering: .relaxed)
        word32(4).pointee.store(id.rawValue, ordering: .releasing)
        word64(8).pointee.store(endpoint.address.high, ordering: .releasing)
        word64(16).pointee.store(endpoint.address.low, ordering: .releasing)
        word64(24).pointee.store(NodeRoute.rest(endpoint), ordering: .releasing)
        word32(32).pointee.store(flags.rawValue, ordering: .releasing)
        word32(0).pointee.store(sequence &+ 2, ordering: .releasing)
    }

    var id: NodeID { NodeID(word32(4).pointee.load(ordering: .relaxed)) }
    var flags: NodeFlags { NodeFlags(rawValue: word32(32).pointee.load(ordering: .relaxed)) }

    @inline(__always)
    var lastSeen: UInt32 {
        get { word32(36).pointee.load(ordering: .relaxed) }
        nonmutating set { word32(36).pointee.store(newValue, ordering: .relaxed) }
    }

    var lastDiscover: UInt32 {
        get { word32(40).pointee.load(ordering: .relaxed) }
        nonmutating set { word32(40).pointee.store(newValue, ordering: .relaxed) }
    }

    var lastNotify: UInt32 {
        get { word32(44).pointee.load(ordering: .relaxed) }
        nonmutating set { word32(44).pointee.store(newValue, ordering: .relaxed) }
    }

    var nextFree: Int {
        get { Int(truncatingIfNeeded: word64(8).pointee.load(ordering: .relaxed)) }
        nonmutating set { word64(8).pointee.store(UInt64(newValue), ordering: .relaxed) }
    }

    /// One frame of an unproven endpoint's allowance in this second. Shards race for it without a lock: a few frames
    /// more than the rate may pass, which is what it is worth.
    func takeUnproven(_ perSecond: UInt32, second: UInt32) -> Bool {
        let word = word64(48).pointee.load(ordering: .relaxed)
        let taken = UInt32(truncatingIfNeeded: word >> 32) == second ? UInt32(truncatingIfNeeded: word) : 0
        guard taken < perSecond else { return false }
        word64(48).pointee.store(UInt64(second) << 32 | UInt64(taken + 1), ordering: .relaxed)
        return true
    }
}

/// What is known of a node besides its endpoint.
struct NodeFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt32

    static let used = NodeFlags(rawValue: 1)
    /// Registered with 08.
    static let wantsDestination = NodeFlags(rawValue: 2)
    /// This endpoint has answered a probe.
    static let proven = NodeFlags(rawValue: 4)
    /// The key column holds the node's key.
    static let hasKey = NodeFlags(rawValue: 8)
    /// The node has registered at the beacon whose data address the endpoint is. It is no node of ours.
    static let moved = NodeFlags(rawValue: 16)
    /// From a snapshot, and the fleet has not been told: another beacon may turn out to have the node.
    static let restored = NodeFlags(rawValue: 32)
}

/// A look-up's copy of an entry.
struct NodeRoute: BitwiseCopyable {
    let high: UInt64
    let low: UInt64
    let rest: UInt64
    let flags: NodeFlags

    @inline(__always)
    static func rest(_ endpoint: Endpoint) -> UInt64 {
        UInt64(endpoint.address.scope) << 32 | UInt64(endpoint.address.port) << 16 | UInt64(endpoint.local)
    }

    @inline(__always)
    var endpoint: Endpoint {
        Endpoint(
            address: Address(
                high: high, low: low, scope: UInt32(truncatingIfNeeded: rest >> 32),
                port: UInt16(truncatingIfNeeded: rest >> 16)),
            local: UInt16(truncatingIfNeeded: rest))
    }
}

/// A remote address together with our own that it talks to (an index into `LocalAddresses`; 0 = the bound one).
/// Replies and relays leave from there.
public struct Endpoint: Hashable, BitwiseCopyable, Sendable {
    public var address: Address
    public var local: UInt16

    @inlinable
    public init(address: Address, local: UInt16 = 0) {
        self.address = address
        self.local = local
    }
}
