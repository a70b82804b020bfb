public import BeaconBasics

/// 05 Relay and what it becomes: 06 RelayDeliver or 09 RelayDeliverDest (protocol.md §1.5).
///
/// | offset | size | 05 and 09 | | offset | size | 06, written over the last bytes of 05 |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | 0 | 1 | 05 or 09 | | 4 | 1 | 06 |
/// | 1 | 4 | sender | | 5 | 4 | sender |
/// | 5 | 4 | destination | | 9 | … | payload |
/// | 9 | … | payload | | | | |
///
/// The 06 header fits into the last five bytes of the 05 header, so no payload byte ever moves.
public enum RelayFrame {
    public static let headerLength = 9
    /// Bytes of the 05 header that a 06 leaves behind.
    public static let deliverSkip = 4

    @inlinable @inline(__always)
    public static func sender(_ bytes: RawSpan) -> NodeID { NodeID(bytes.uint32(at: 1)) }

    @inlinable @inline(__always)
    public static func destination(_ bytes: RawSpan) -> NodeID { NodeID(bytes.uint32(at: 5)) }

    /// Turns a 05 into a 06 that starts at `deliverSkip`.
    @inlinable @inline(__always)
    public static func rewriteAsDeliver(_ frame: inout MutableRawSpan) {
        let sender = frame.bytes.uint32(at: 1)
        frame.put8(MessageType.relayDeliver, at: 4)
        frame.put32(sender, at: 5)
    }

    /// Turns a 05 into a 09: the same layout under another type.
    @inlinable @inline(__always)
    public static func rewriteAsDeliverDestination(_ frame: inout MutableRawSpan) {
        frame.put8(MessageType.relayDeliverDestination, at: 0)
    }
}
