import BeaconBasics
import Glibc

/// Calls `body` with the kernel's form of an address: IPv4 as AF_INET.
func withSocketAddress<Result>(
    _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    var storage = sockaddr_storage()
    let length = withUnsafeMutableBytes(of: &storage) { bytes -> Int in
        if address.isIPv4 {
            var ipv4 = sockaddr_in()
            ipv4.sin_family = sa_family_t(AF_INET)
            ipv4.sin_port = address.port.bigEndian
            ipv4.sin_addr.s_addr = address.ipv4.bigEndian
            bytes.storeBytes(of: ipv4, as: sockaddr_in.self)
            return MemoryLayout<sockaddr_in>.size
        }
        var ipv6 = sockaddr_in6()
        ipv6.sin6_family = sa_family_t(AF_INET6)
        ipv6.sin6_port = address.port.bigEndian
        ipv6.sin6_scope_id = address.scope
        withUnsafeMutableBytes(of: &ipv6.sin6_addr) { ip in
            ip.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
            ip.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        bytes.storeBytes(of: ipv6, as: sockaddr_in6.self)
        return MemoryLayout<sockaddr_in6>.size
    }
    return withUnsafePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
    }
}

extension Address {
    /// From the kernel's form; nil for any other family than IPv4 and IPv6.
    init?(_ storage: borrowing sockaddr_storage) {
        let copy = copy storage
        let address: Address? = withUnsafeBytes(of: copy) { bytes in
            switch CInt(copy.ss_family) {
            case AF_INET:
                let ipv4 = bytes.load(as: sockaddr_in.self)
                return Address(ipv4: UInt32(bigEndian: ipv4.sin_addr.s_addr), port: UInt16(bigEndian: ipv4.sin_port))
            case AF_INET6:
                let ipv6 = bytes.load(as: sockaddr_in6.self)
                let high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                let low = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                return Address(
                    high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), scope: ipv6.sin6_scope_id,
                    port: UInt16(bigEndian: ipv6.sin6_port))
            default: return nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    /// The local address of a socket; nil if it has none.
    init?(localOf descriptor: CInt) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        self.init(storage)
    }
}

/// The address that `host:port` names: a literal one, or the first that the resolver gives.
func resolve(_ text: String) throws(LoadError) -> Address {
    if let address = Address(text) { return address }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
        throw .unknownHost(text, reason: "expected HOST:PORT")
    }
    var hints = addrinfo()
    hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let error = getaddrinfo(String(text[..<colon]), String(port), &hints, &list)
    guard error == 0, let first = list, let name = first.pointee.ai_addr else {
        throw .unknownHost(text, reason: String(cString: gai_strerror(error)))
    }
    defer { freeaddrinfo(list) }
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: name, count: min($0.count, Int(first.pointee.ai_addrlen))))
    }
    guard let address = Address(storage) else { throw .unknownHost(text, reason: "no IP address") }
    return address
}
