public import BeaconBasics

/// 07 Sync, the reference beacons' gossip (protocol.md §4): the sender's whole list of local nodes.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | 07 |
/// | 1 | 4 | beacon id |
/// | 5 | 2 | count |
/// | 7 | 4 × count | node ids |
///
/// Bytes behind the declared ids are ignored. One datagram over IPv4 holds 16,375 ids.
public struct Sync: BitwiseCopyable, Sendable {
    public static let headerLength = 7
    /// Ids that fit one datagram over IPv4 (65,507 bytes).
    public static let maximumCount = 16_375

    public enum Fault: Error { case runt, malformed }

    public var beacon: UInt32
    public var count: Int

    /// Fails as `runt` below 7 bytes and as `malformed` when fewer ids follow than are declared.
    @inlinable
    public init(_ bytes: RawSpan) throws(Fault) {
        guard bytes.byteCount >= Self.headerLength else { throw .runt }
        beacon = bytes.uint32(at: 1)
        count = Int(bytes.uint16(at: 5))
        guard bytes.byteCount >= Self.headerLength + 4 * count else { throw .malformed }
    }

    @inlinable
    public static func node(_ index: Int, in bytes: RawSpan) -> NodeID {
        NodeID(bytes.uint32(at: headerLength + 4 * index))
    }

    /// Writes a whole message; returns its length. `out` has room for all of `nodes`, at most `maximumCount`.
    public static func write(beacon: UInt32, nodes: [NodeID], into out: inout MutableRawSpan) -> Int {
        precondition(nodes.count <= maximumCount)
        out.put8(MessageType.sync, at: 0)
        out.put32(beacon, at: 1)
        out.put16(UInt16(nodes.count), at: 5)
        for (index, node) in nodes.enumerated() {
            out.put32(node.rawValue, at: headerLength + 4 * index)
        }
        return headerLength + 4 * nodes.count
    }
}
