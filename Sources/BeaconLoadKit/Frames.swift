public import BeaconBasics

/// The beacon's frames, as a daemon sees them (protocol.md §1). Written apart from the beacon's own encoder on purpose:
/// a tool that shared it would share its mistakes. Numbers are big-endian.
///
///     Discover       01 node(4)
///     DiscoverReply  02 iplen(1) ip(4/16) port(2)
///     PunchRequest   03 requester(4) target(4)
///     PunchCommand   04 iplen(1) ip(4/16) port(2)
///     Relay          05 sender(4) destination(4) payload
///     RelayDeliver   06 sender(4) payload
public enum Frames {
    public static let discoverReply: UInt8 = 2
    public static let punchCommand: UInt8 = 4
    public static let relayDeliver: UInt8 = 6
    /// Bytes before the payload of a Relay, and of a RelayDeliver.
    public static let relayHeader = 9
    public static let deliverHeader = 5

    /// Writes a Discover; returns its length.
    public static func writeDiscover(_ node: NodeID, to bytes: inout MutableRawSpan) -> Int {
        bytes.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
        bytes.put32(node.rawValue, at: 1)
        return 5
    }

    /// Writes a PunchRequest without grant; returns its length.
    public static func writePunch(requester: NodeID, target: NodeID, to bytes: inout MutableRawSpan) -> Int {
        bytes.storeBytes(of: 3, toByteOffset: 0, as: UInt8.self)
        bytes.put32(requester.rawValue, at: 1)
        bytes.put32(target.rawValue, at: 5)
        return 9
    }

    /// Writes the nine bytes before a Relay's payload.
    public static func writeRelayHeader(sender: NodeID, destination: NodeID, to bytes: inout MutableRawSpan) {
        bytes.storeBytes(of: 5, toByteOffset: 0, as: UInt8.self)
        bytes.put32(sender.rawValue, at: 1)
        bytes.put32(destination.rawValue, at: 5)
    }

    /// The sender of a RelayDeliver; nil if it is none.
    public static func deliverSender(_ bytes: RawSpan) -> NodeID? {
        guard bytes.byteCount >= deliverHeader, bytes.byte(at: 0) == relayDeliver else { return nil }
        return NodeID(bytes.get32(at: 1))
    }

    /// The address in a frame of `type`, DiscoverReply or PunchCommand; nil if it is anything else, down to the length,
    /// which is exact.
    public static func endpoint(_ bytes: RawSpan, type: UInt8) -> Address? {
        guard bytes.byteCount >= 2, bytes.byte(at: 0) == type else { return nil }
        switch (bytes.byte(at: 1), bytes.byteCount) {
        case (4, 8): return Address(ipv4: bytes.get32(at: 2), port: bytes.get16(at: 6))
        case (16, 20): return Address(high: bytes.get64(at: 2), low: bytes.get64(at: 10), port: bytes.get16(at: 18))
        default: return nil
        }
    }
}

extension RawSpan {
    func byte(at offset: Int) -> UInt8 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self) }

    func get16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func get32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func get64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension MutableRawSpan {
    mutating func put16(_ value: UInt16, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    mutating func put32(_ value: UInt32, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }
}
