public import BeaconBasics

/// 01 Discover and 08 DiscoverEx, node → beacon (protocol.md §1.2).
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | 01, or 08 of a node that wants 09 instead of 06 |
/// | 1 | 4 | node id |
/// | 5 | 32 | Ed25519 public key for punch grants, if that many bytes follow |
///
/// Anything else behind the id is ignored.
public struct Discover: BitwiseCopyable, Sendable {
    public static let minimumLength = 5
    public static let keyOffset = 5
    public static let keyLength = 32

    public var node: NodeID
    public var wantsDestination: Bool
    /// 32 or more bytes follow the id.
    public var carriesKey: Bool

    /// nil if the datagram is shorter than its minimum. The type byte has been read by the caller.
    @inlinable
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.minimumLength else { return nil }
        node = NodeID(bytes.uint32(at: 1))
        wantsDestination = bytes.uint8(at: 0) == MessageType.discoverEx
        carriesKey = bytes.byteCount >= Self.keyOffset + Self.keyLength
    }
}
