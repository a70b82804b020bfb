public import BeaconBasics
import CLinux
import Glibc

/// A bound UDP socket: the one owner of its descriptor.
struct UDPSocket: ~Copyable {
    let descriptor: Int32
    /// Made in the IPv6 family; then IPv4 peers appear to the kernel as mapped addresses.
    let isIPv6: Bool
    /// Bound to no particular address, so that every datagram must say which one it came to.
    let isWildcard: Bool

    /// What the kernel grants of a buffer asked for.
    struct Buffers: Equatable, Sendable {
        var receive: Int
        var send: Int
    }

    init(bind address: ListenAddress, reusePort: Bool) throws(SystemError) {
        descriptor = try Self.bind(address, reusePort: reusePort)
        isIPv6 = address.isIPv6
        isWildcard = address.address.isUnspecified
    }

    private static func bind(_ address: ListenAddress, reusePort: Bool) throws(SystemError) -> Int32 {
        var storage = sockaddr_in6()
        let result = withUnsafeMutableBytes(of: &storage) { memory in
            let length = SocketAddress.write(address.address, to: memory.baseAddress!, ipv6: address.isIPv6)
            let name = memory.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return linux_udp_socket(name, length, address.isDualStack, reusePort)
        }
        let descriptor = try SystemError.check(result, "bind UDP \(address)")
        if address.address.isUnspecified, linux_set_packet_info(descriptor, address.isIPv6, true) < 0 {
            close(descriptor)
            throw SystemError("setsockopt PKTINFO", number: errno)
        }
        // Not fatal: an old kernel without it still relays.
        _ = linux_set_pmtu_omit(descriptor, address.isIPv6)
        return descriptor
    }

    deinit { close(descriptor) }

    /// For those who send through this socket without owning it; they must be gone before it is.
    var handle: SocketHandle { SocketHandle(descriptor: descriptor, isIPv6: isIPv6) }

    func setBuffers(_ bytes: Int) -> Buffers {
        Buffers(
            receive: Int(linux_set_buffer(descriptor, true, Int32(clamping: bytes))),
            send: Int(linux_set_buffer(descriptor, false, Int32(clamping: bytes))))
    }

    /// The port that the kernel chose, or the one asked for.
    static func boundPort(_ descriptor: Int32) throws(SystemError) -> UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(SocketAddress.byteCount)
        let result = withUnsafeMutableBytes(of: &storage) { memory in
            getsockname(descriptor, memory.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length) == 0
                ? SocketAddress.read(memory.baseAddress!).port : nil
        }
        guard let result else { throw SystemError("getsockname", number: errno) }
        return result
    }

    /// Gives the descriptor away without closing it, to be adopted on another thread.
    consuming func release() -> SocketHandle {
        let handle = handle
        discard self
        return handle
    }

    init(adopting handle: SocketHandle, isWildcard: Bool) {
        descriptor = handle.descriptor
        isIPv6 = handle.isIPv6
        self.isWildcard = isWildcard
    }
}

/// A socket to send through, owned by somebody else.
struct SocketHandle: BitwiseCopyable, Sendable {
    let descriptor: Int32
    let isIPv6: Bool
}

/// Where to listen.
public struct ListenAddress: Hashable, CustomStringConvertible, Sendable {
    public var address: Address
    public var isIPv6: Bool
    /// A wildcard that takes both families.
    public var isDualStack: Bool

    /// `[::]` takes IPv4 too, as it does for the reference beacon.
    public init(_ address: Address) {
        self.address = address
        isIPv6 = !address.isIPv4
        isDualStack = isIPv6 && address.isUnspecified
    }

    /// Every address of the host: both families, or IPv4 alone where the kernel has no IPv6.
    public static func any(port: UInt16) -> ListenAddress {
        let probe = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return ListenAddress(Address(ipv4: 0, port: port)) }
        close(probe)
        return ListenAddress(Address(high: 0, low: 0, port: port))
    }

    public func with(port: UInt16) -> ListenAddress {
        var copy = self
        copy.address.port = port
        return copy
    }

    public var description: String { address.description }
}
