import BeaconBasics
import Glibc

/// `Address` to and from the kernel's `sockaddr_in` and `sockaddr_in6`, in place.
enum SocketAddress {
    /// Room for either form.
    static let byteCount = MemoryLayout<sockaddr_in6>.size

    /// Reads what recvmsg wrote. An IPv4-mapped address and a plain one come out equal.
    @inline(__always)
    static func read(_ memory: UnsafeRawPointer) -> Address {
        let port = UInt16(bigEndian: memory.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        if memory.loadUnaligned(as: sa_family_t.self) == sa_family_t(AF_INET) {
            return Address(
                ipv4: UInt32(bigEndian: memory.loadUnaligned(fromByteOffset: 4, as: UInt32.self)), port: port)
        }
        let high = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let low = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        var address = Address(high: high, low: low, port: port)
        if address.isLinkLocal, !address.isIPv4 {
            address.scope = memory.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
        }
        return address
    }

    /// Writes the form that a socket of the given family sends to; returns its length. An IPv6 socket takes IPv4 as
    /// `::ffff:a.b.c.d`; an IPv4 socket cannot reach IPv6, and the kernel will say so.
    @inline(__always)
    static func write(_ address: Address, to memory: UnsafeMutableRawPointer, ipv6: Bool) -> UInt32 {
        memory.storeBytes(of: address.port.bigEndian, toByteOffset: 2, as: UInt16.self)
        if !ipv6, address.isIPv4 {
            memory.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
            memory.storeBytes(of: address.ipv4.bigEndian, toByteOffset: 4, as: UInt32.self)
            memory.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
            return UInt32(MemoryLayout<sockaddr_in>.size)
        }
        memory.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
        memory.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
        memory.storeBytes(of: address.high.bigEndian, toByteOffset: 8, as: UInt64.self)
        memory.storeBytes(of: address.low.bigEndian, toByteOffset: 16, as: UInt64.self)
        memory.storeBytes(of: address.scope, toByteOffset: 24, as: UInt32.self)
        return UInt32(MemoryLayout<sockaddr_in6>.size)
    }
}
