import BeaconBasics
import Glibc
import NIOCore

extension SocketAddress {
    /// What a socket of a family is given: an IPv6 socket that serves both takes IPv4 as `::ffff:a.b.c.d`.
    init?(_ address: Address, dualStack: Bool) {
        guard address.isIPv4, !dualStack else {
            self.init(sockaddr_in6(address))
            return
        }
        let packed = ByteBuffer(integer: address.ipv4)
        guard let plain = try? SocketAddress(packedIPAddress: packed, port: Int(address.port)) else { return nil }
        self = plain
    }

    /// In its canonical form; nil for one that is not IP.
    var address: Address? {
        guard `protocol` != .unix else { return nil }
        return withSockAddr { name, _ in Address(UnsafeRawPointer(name)) }
    }
}

extension sockaddr_in6 {
    init(_ address: Address) {
        self.init()
        sin6_family = sa_family_t(AF_INET6)
        sin6_port = address.port.bigEndian
        sin6_scope_id = address.scope
        withUnsafeMutableBytes(of: &sin6_addr) {
            $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
    }
}

extension Address {
    /// A `sockaddr_in` or `sockaddr_in6` (family, port, then for IPv4 the address, for IPv6 the flow, address, scope).
    init(_ name: UnsafeRawPointer) {
        let port = UInt16(bigEndian: name.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        if name.loadUnaligned(as: sa_family_t.self) == sa_family_t(AF_INET) {
            self.init(ipv4: UInt32(bigEndian: name.loadUnaligned(fromByteOffset: 4, as: UInt32.self)), port: port)
            return
        }
        self.init(
            high: UInt64(bigEndian: name.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            low: UInt64(bigEndian: name.loadUnaligned(fromByteOffset: 16, as: UInt64.self)), port: port)
        if isLinkLocal, !isIPv4 { scope = name.loadUnaligned(fromByteOffset: 24, as: UInt32.self) }
    }

    init(_ name: sockaddr_in6) { self = withUnsafeBytes(of: name) { Address($0.baseAddress!) } }
}
