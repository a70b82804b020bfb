public import BeaconBasics

/// 0C, a relayed frame between two beacons of a fleet.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | 0C |
/// | 1 | 1 | version (high four bits, 1) and hop count (low four bits: 1 from where the frame entered, 2 at most) |
/// | 2 | 2 | key id |
/// | 4 | 4 | sender: the node that the frame comes from |
/// | 8 | 4 | destination |
/// | 12 | 8 | MAC |
/// | 20 | … | payload |
///
/// The MAC is SipHash-2-4 over bytes 0 … 11, the payload's length (4 bytes), and the payload's first 32 bytes, filled up
/// with zeros to a multiple of 8. It says that a beacon of the fleet made this header for a payload of this beginning
/// and length; the payload itself is sealed by the daemons. Each hop has its own count, and so its own MAC.
///
/// The header holds more than the nine bytes of the 05 that it replaces, so it is written apart and sent as a piece of
/// its own in front of the payload. On the way out the 06 or 09 header fits into its last bytes.
public enum MeshFrame {
    public static let headerLength = 20
    /// Bytes of the 0C header that a 06 leaves behind, and that a 09 or 05 does.
    public static let deliverSkip = 15
    public static let relaySkip = 11
    /// A frame crosses between beacons twice at most.
    public static let maximumHops: UInt8 = 2
    public static let version: UInt8 = 1
    /// Payload bytes under the MAC.
    public static let authenticatedPrefix = 32
    private static let macOffset = 12

    /// The fields in front of the MAC. The type byte has been read by the caller.
    public struct Header: Equatable, BitwiseCopyable, Sendable {
        public var version: UInt8
        public var hops: UInt8
        public var keyID: UInt16
        public var sender: NodeID
        public var destination: NodeID

        @inlinable
        public init(hops: UInt8, keyID: UInt16, sender: NodeID, destination: NodeID) {
            self.version = MeshFrame.version
            self.hops = hops
            self.keyID = keyID
            self.sender = sender
            self.destination = destination
        }

        /// nil if the datagram is shorter than a header.
        @inlinable
        public init?(_ bytes: RawSpan) {
            guard bytes.byteCount >= MeshFrame.headerLength else { return nil }
            version = bytes.uint8(at: 1) >> 4
            hops = bytes.uint8(at: 1) & 15
            keyID = bytes.uint16(at: 2)
            sender = NodeID(bytes.uint32(at: 4))
            destination = NodeID(bytes.uint32(at: 8))
        }
    }

    /// Writes the header in front of `payload`, which need not be behind it. `out` has room for `headerLength` bytes.
    public static func write(_ header: Header, payload: RawSpan, k0: UInt64, k1: UInt64, into out: inout MutableRawSpan)
    {
        put(header, into: &out)
        let mac = mac(out.bytes, payload: payload, k0: k0, k1: k1)
        out.put64(mac, at: macOffset)
    }

    /// Writes another header over a frame's own.
    public static func rewrite(_ frame: inout MutableRawSpan, _ header: Header, k0: UInt64, k1: UInt64) {
        put(header, into: &frame)
        let mac = mac(frame.bytes, k0: k0, k1: k1)
        frame.put64(mac, at: macOffset)
    }

    private static func put(_ header: Header, into out: inout MutableRawSpan) {
        out.put8(MessageType.mesh, at: 0)
        out.put8(header.version << 4 | header.hops & 15, at: 1)
        out.put16(header.keyID, at: 2)
        out.put32(header.sender.rawValue, at: 4)
        out.put32(header.destination.rawValue, at: 8)
    }

    /// Whether the frame's MAC is by this key. `frame` has at least `headerLength` bytes.
    public static func isAuthentic(_ frame: RawSpan, k0: UInt64, k1: UInt64) -> Bool {
        mac(frame, k0: k0, k1: k1) == frame.uint64(at: macOffset)
    }

    /// Turns a 0C into a 06 that starts at `deliverSkip`.
    @inlinable
    public static func rewriteAsDeliver(_ frame: inout MutableRawSpan, sender: NodeID) {
        frame.put8(MessageType.relayDeliver, at: deliverSkip)
        frame.put32(sender.rawValue, at: deliverSkip + 1)
    }

    /// Turns a 0C into a 09, or a 05 for a reference beacon, that starts at `relaySkip`.
    @inlinable
    public static func rewriteAsRelay(
        _ type: UInt8, _ frame: inout MutableRawSpan, sender: NodeID, destination: NodeID
    ) {
        frame.put8(type, at: relaySkip)
        frame.put32(sender.rawValue, at: relaySkip + 1)
        frame.put32(destination.rawValue, at: relaySkip + 5)
    }

    /// Of a frame in one piece.
    private static func mac(_ frame: RawSpan, k0: UInt64, k1: UInt64) -> UInt64 {
        mac(frame, payload: frame.extracting(headerLength..<frame.byteCount), k0: k0, k1: k1)
    }

    private static func mac(_ header: RawSpan, payload: RawSpan, k0: UInt64, k1: UInt64) -> UInt64 {
        var hash = SipHash(k0: k0, k1: k1)
        hash.combine(header.littleEndian64(at: 0))
        let destination = UInt64(UInt32(littleEndian: header.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        hash.combine(destination | UInt64(UInt32(truncatingIfNeeded: payload.byteCount).byteSwapped) << 32)
        let end = min(payload.byteCount, authenticatedPrefix)
        var offset = 0
        while offset + 8 <= end {
            hash.combine(payload.littleEndian64(at: offset))
            offset += 8
        }
        if offset < end { hash.combine(rest(of: payload, from: offset, to: end)) }
        return hash.finalize()
    }

    private static func rest(of payload: RawSpan, from offset: Int, to end: Int) -> UInt64 {
        var word: UInt64 = 0
        for position in offset..<end { word |= UInt64(payload.uint8(at: position)) << UInt64((position - offset) * 8) }
        return word
    }
}

extension RawSpan {
    fileprivate func littleEndian64(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
