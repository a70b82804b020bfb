import BeaconBasics
import Glibc

/// A listening TCP socket, kept beside the event loop's duplicate of it so that it can be handed to another process.
struct ListeningSocket: Sendable {
    static let backlog: Int32 = 128

    let descriptor: Int32
    /// As bound.
    let address: Address

    struct Failure: Error, CustomStringConvertible {
        let call: String
        let code: Int32

        var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    /// Binds the listener's address, or adopts the socket that it has.
    init(_ listener: AdminListener) throws(Failure) {
        let descriptor: Int32
        if let adopted = listener.descriptor {
            descriptor = adopted
        } else {
            descriptor = try Self.bind(listener.address)
        }
        do throws(Failure) {
            address = listener.address.with(port: try Self.port(descriptor))
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    private static func bind(_ address: Address) throws(Failure) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.isIPv4 ? AF_INET : AF_INET6, kind, 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard address.withSocketName({ Glibc.bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure(call: "bind", code: code)
        }
        return descriptor
    }

    private static func port(_ descriptor: Int32) throws(Failure) -> UInt16 {
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw Failure(call: "getsockname", code: errno) }
        // In the same place in both families.
        return UInt16(bigEndian: name.sin6_port)
    }

    func duplicate() throws(Failure) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw Failure(call: "dup", code: errno) }
        return copy
    }

    func close() { Glibc.close(descriptor) }
}

extension Address {
    /// As bind(2) wants it.
    fileprivate func withSocketName<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_in6()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: sa_family_t(isIPv4 ? AF_INET : AF_INET6), as: sa_family_t.self)
            bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            if isIPv4 {
                bytes.storeBytes(of: ipv4.bigEndian, toByteOffset: 4, as: UInt32.self)
            } else {
                bytes.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
                bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
                bytes.storeBytes(of: scope, toByteOffset: 24, as: UInt32.self)
            }
        }
        let length = socklen_t(isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
