public import BeaconBasics
import Glibc

extension HostPort {
    /// The literal address, or the first that the host's resolver has for the name (getaddrinfo(3)); nil if it has
    /// none. May wait for the network, as long as the resolver's settings say: only for threads that serve nobody.
    public func resolved() -> Address? {
        if let address { return address }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return nil }
        defer { freeaddrinfo(first) }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let flags = NI_NUMERICHOST
        guard
            getnameinfo(first.pointee.ai_addr, first.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, flags)
                == 0
        else { return nil }
        let host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Address(host: host, port: port)
    }
}
