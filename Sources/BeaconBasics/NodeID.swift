/// A daemon's identity on the wire: any 32-bit value. 0 and 0xFFFFFFFF are ordinary ids, though every starting daemon
/// claims 0 for its first address probe (protocol.md §1.1, §9.1).
public struct NodeID: Hashable, Comparable, BitwiseCopyable, Sendable, CustomStringConvertible {
    public var rawValue: UInt32

    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    public static func < (a: NodeID, b: NodeID) -> Bool { a.rawValue < b.rawValue }

    /// The id that starting daemons use before they have one.
    public static let unassigned = NodeID(0)

    public var description: String { String(rawValue) }
}
