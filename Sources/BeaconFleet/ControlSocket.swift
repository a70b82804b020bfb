import BeaconBasics
import Glibc

/// The control plane's UDP socket. NIO reads it; sending goes straight to the kernel, because NIO closes a datagram
/// channel when a send is refused (no route, a firewall), and here one unreachable member must not cost the fleet.
struct ControlSocket {
    let descriptor: Int32
    let isIPv6: Bool
    /// As bound.
    let address: Address

    struct Failure: Error, Equatable, CustomStringConvertible {
        let call: String
        let code: Int32

        var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    /// Binds the address; an unspecified one takes both families, or IPv4 alone on a host without IPv6.
    static func bind(_ address: Address, receiveBuffer: Int) throws(Failure) -> ControlSocket {
        if address.isUnspecified, !address.isIPv4 {
            do throws(Failure) {
                return try open(address, AF_INET6, receiveBuffer)
            } catch {
                guard error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { throw error }
                return try open(Address(ipv4: 0, port: address.port), AF_INET, receiveBuffer)
            }
        }
        return try open(address, address.isIPv4 ? AF_INET : AF_INET6, receiveBuffer)
    }

    private static func open(_ address: Address, _ family: Int32, _ buffer: Int) throws(Failure) -> ControlSocket {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        do throws(Failure) {
            if family == AF_INET6 { try set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
            // The kernel may grant less; a burst that finds no room is sent again by its sender.
            try set(descriptor, SOL_SOCKET, SO_RCVBUF, Int32(clamping: buffer))
            try set(descriptor, SOL_SOCKET, SO_SNDBUF, Int32(clamping: buffer))
            var name = SocketName(address, isIPv6: family == AF_INET6)
            guard name.with({ Glibc.bind(descriptor, $0, $1) }) == 0 else { throw Failure(call: "bind", code: errno) }
            let bound = try boundAddress(descriptor)
            return ControlSocket(descriptor: descriptor, isIPv6: family == AF_INET6, address: bound)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws(Failure) {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw Failure(call: "setsockopt", code: errno)
        }
    }

    static func boundAddress(_ descriptor: Int32) throws(Failure) -> Address {
        var name = SocketName(.none, isIPv6: true)
        guard name.with({ getsockname(descriptor, $0, &$2) }) == 0 else {
            throw Failure(call: "getsockname", code: errno)
        }
        return name.address
    }

    func close() { Glibc.close(descriptor) }

    /// Hands a datagram to the kernel, without waiting; the error code if it will not take it.
    func send(_ bytes: [UInt8], to address: Address) -> Int32? {
        if address.isIPv4 || isIPv6 {
            var name = SocketName(address, isIPv6: isIPv6)
            let sent = bytes.withUnsafeBytes { bytes in
                name.with { sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT), $0, $1) }
            }
            return sent >= 0 ? nil : errno
        }
        return EAFNOSUPPORT
    }

    /// The local address that the kernel takes towards `peer`, port 0; nil without a route. Sends nothing.
    static func localHost(towards peer: Address) -> Address? {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(peer.isIPv4 ? AF_INET : AF_INET6, kind, 0)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var name = SocketName(peer, isIPv6: !peer.isIPv4)
        guard name.with({ connect(descriptor, $0, $1) }) == 0, let local = try? boundAddress(descriptor),
            !local.isUnspecified
        else { return nil }
        return local.host
    }
}

/// A `sockaddr_in` or `sockaddr_in6`.
private struct SocketName {
    private var storage = sockaddr_in6()
    private var length: socklen_t

    /// An IPv6 socket takes IPv4 as `::ffff:a.b.c.d`.
    init(_ address: Address, isIPv6: Bool) {
        guard !isIPv6, address.isIPv4 else {
            storage = sockaddr_in6(address)
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            return
        }
        // sockaddr_in: family, port, address, and eight bytes of nothing.
        length = 16
        withUnsafeMutableBytes(of: &storage) {
            $0.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
            $0.storeBytes(of: address.port.bigEndian, toByteOffset: 2, as: UInt16.self)
            $0.storeBytes(of: address.ipv4.bigEndian, toByteOffset: 4, as: UInt32.self)
        }
    }

    mutating func with<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t, inout socklen_t) -> Result
    ) -> Result {
        let given = length
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, given, &length) }
        }
    }

    mutating func with<Result>(_ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result) -> Result {
        with { name, length, _ in body(name, length) }
    }

    var address: Address { Address(storage) }
}
