public import BeaconBasics
import Glibc

/// A plain UDP socket of the test, one system call a datagram: what a daemon, or another beacon, has.
public final class LoopbackSocket: @unchecked Sendable {
    private let descriptor: Int32
    public let address: Address

    /// Binds to `host`, on a port of the kernel's choice unless one is given. Stops the test if that fails.
    public init(_ host: String = "127.0.0.1", port: UInt16 = 0) {
        let wanted = Address(host: host, port: port)!
        let family = wanted.isIPv4 ? AF_INET : AF_INET6
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        precondition(descriptor >= 0, "socket: \(errno)")
        // Forced where allowed: a test that sends a burst must not lose it here.
        var size: Int32 = 8 << 20
        if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4) != 0 {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        let bound = Self.withName(wanted) { bind(descriptor, $0, $1) }
        precondition(bound == 0, "bind \(wanted): \(errno)")
        self.descriptor = descriptor
        address = Self.boundAddress(descriptor)
    }

    private static func boundAddress(_ descriptor: Int32) -> Address {
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        precondition(result == 0, "getsockname: \(errno)")
        return address(name)
    }

    deinit { close(descriptor) }

    /// Sends one datagram; false if the kernel refuses.
    @discardableResult
    public func send(_ bytes: [UInt8], to destination: Address) -> Bool {
        Self.withName(destination) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) } == bytes.count
    }

    /// The next datagram and who sent it; nil if none comes in time.
    public func receive(within seconds: Double = 5) -> (bytes: [UInt8], source: Address)? {
        var timeout = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&timeout, 1, Int32(seconds * 1_000)) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let count = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
        return count < 0 ? nil : (Array(buffer[..<count]), Self.address(name))
    }

    /// Everything that has arrived by now.
    public func drain() -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let next = receive(within: 0) { all.append(next.bytes) }
        return all
    }

    private static func withName<Result>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        if address.isIPv4 {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = address.port.bigEndian
            name.sin_addr.s_addr = address.ipv4.bigEndian
            return withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = address.port.bigEndian
        withUnsafeMutableBytes(of: &name.sin6_addr) {
            $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    private static func address(_ name: sockaddr_in6) -> Address {
        if name.sin6_family == sa_family_t(AF_INET) {
            // sockaddr_in's address is where sockaddr_in6 has the flow.
            return Address(ipv4: UInt32(bigEndian: name.sin6_flowinfo), port: UInt16(bigEndian: name.sin6_port))
        }
        return withUnsafeBytes(of: name.sin6_addr) {
            Address(
                high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                port: UInt16(bigEndian: name.sin6_port))
        }
    }
}
