public import BeaconBasics

/// The one body shared by 02 DiscoverReply and 04 PunchCommand (protocol.md §1.3, §1.4).
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | 02 or 04 |
/// | 1 | 1 | 4 or 16 |
/// | 2 | 4 or 16 | IP address; an IPv4-mapped one is sent as 4 bytes |
/// | +0 | 2 | port |
public enum ObservedAddress {
    public static let maximumLength = 20

    /// Writes the message and returns its length: 8 for IPv4, 20 for IPv6. `out` has room for `maximumLength`.
    @inlinable
    public static func write(_ type: UInt8, _ address: Address, into out: inout MutableRawSpan) -> Int {
        out.put8(type, at: 0)
        if address.isIPv4 {
            out.put8(4, at: 1)
            out.put32(address.ipv4, at: 2)
            out.put16(address.port, at: 6)
            return 8
        }
        out.put8(16, at: 1)
        out.put64(address.high, at: 2)
        out.put64(address.low, at: 10)
        out.put16(address.port, at: 18)
        return 20
    }

    /// Reads a message of the given type; longer than its length is fine, as it is to the daemons.
    public static func read(_ type: UInt8, _ bytes: RawSpan) -> Address? {
        guard bytes.byteCount >= 8, bytes.uint8(at: 0) == type else { return nil }
        switch bytes.uint8(at: 1) {
        case 4:
            return Address(ipv4: bytes.uint32(at: 2), port: bytes.uint16(at: 6))
        case 16 where bytes.byteCount >= 20:
            return Address(high: bytes.uint64(at: 2), low: bytes.uint64(at: 10), port: bytes.uint16(at: 18))
        default:
            return nil
        }
    }
}
