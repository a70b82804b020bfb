/// An IP address and UDP port in one canonical form: IPv4 is kept as `::ffff:a.b.c.d`, whatever socket it came
/// through, so that two spellings of one endpoint are equal. (Six years of CVEs in the most used TURN server came from
/// comparing spellings.)
public struct Address: Hashable, BitwiseCopyable, Sendable {
    /// The first and last eight bytes of the IPv6 address, as big-endian numbers.
    public var high: UInt64
    public var low: UInt64
    /// The interface of a link-local IPv6 address; 0 for every other.
    public var scope: UInt32
    public var port: UInt16

    @inlinable
    public init(high: UInt64, low: UInt64, scope: UInt32 = 0, port: UInt16) {
        self.high = high
        self.low = low
        self.scope = scope
        self.port = port
    }

    @inlinable
    public init(ipv4: UInt32, port: UInt16) {
        self.init(high: 0, low: 0x0000_FFFF_0000_0000 | UInt64(ipv4), port: port)
    }

    /// `::`, port 0: no address.
    public static let none = Address(high: 0, low: 0, port: 0)

    /// Also true of `::ffff:a.b.c.d`.
    @inlinable
    public var isIPv4: Bool { high == 0 && low >> 32 == 0x0000_FFFF }

    /// The IPv4 address as a number; meaningful if `isIPv4`.
    @inlinable
    public var ipv4: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// The same host, port 0.
    @inlinable
    public var host: Address { Address(high: high, low: low, scope: scope, port: 0) }

    @inlinable
    public func with(port: UInt16) -> Address { Address(high: high, low: low, scope: scope, port: port) }

    @inlinable
    public func isSameHost(_ other: Address) -> Bool { high == other.high && low == other.low && scope == other.scope }

    /// The network that one customer usually holds: IPv4 /24, IPv6 /56. Budgets are kept by it.
    @inlinable
    public var prefix: Address {
        isIPv4
            ? Address(high: 0, low: low & 0xFFFF_FFFF_FFFF_FF00, port: 0)
            : Address(high: high & 0xFFFF_FFFF_FFFF_FF00, low: 0, port: 0)
    }

    @inlinable
    public var isUnspecified: Bool { high == 0 && (low == 0 || low == 0x0000_FFFF_0000_0000) }

    @inlinable
    public var isLoopback: Bool { isIPv4 ? ipv4 >> 24 == 127 : high == 0 && low == 1 }

    @inlinable
    public var isMulticast: Bool { isIPv4 ? ipv4 >> 28 == 0xE : high >> 56 == 0xFF }

    @inlinable
    public var isLinkLocal: Bool { isIPv4 ? ipv4 >> 16 == 0xA9FE : high >> 54 == 0x3FA }

    /// Private use (RFC 1918, RFC 6598, RFC 4193): what a NAT hides, and what no daemon elsewhere can reach.
    @inlinable
    public var isPrivate: Bool {
        guard isIPv4 else { return high >> 57 == 0x7E }
        let ip = ipv4
        return ip >> 24 == 10 || ip >> 20 == 0xAC1 || ip >> 16 == 0xC0A8 || ip >> 22 == 0x191
    }

    /// A unicast endpoint that a reply can be sent to. Port 0, multicast, broadcast and "this network" (0/8) are not.
    @inlinable
    public var isReplyable: Bool {
        guard port != 0, !isMulticast else { return false }
        return isIPv4 ? ipv4 >> 24 != 0 && ipv4 != 0xFFFF_FFFF : high != 0 || low != 0
    }
}
