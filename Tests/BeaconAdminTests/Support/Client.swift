import BeaconBasics
import Glibc

/// A blocking TCP client over loopback. Every call gives up after ten seconds.
final class Client {
    struct Failure: Error { let call: String; let number: Int32 }

    private let descriptor: Int32
    private var unread: [UInt8] = []

    init(_ address: Address) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", number: errno) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = address.port.bigEndian
        name.sin_addr.s_addr = address.ipv4.bigEndian
        let result = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "connect", number: errno) }
    }

    deinit { Glibc.close(descriptor) }

    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(call: "send", number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// The end of this client will be a RST.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    func shutOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next response: its status, its head, its body by Content-Length.
    func response(hasBody: Bool = true) throws -> (status: Int, head: String, body: [UInt8]) {
        while true {
            if let (head, length) = head() {
                let end = head.utf8.count + (hasBody ? length : 0)
                if unread.count >= end {
                    defer { unread.removeFirst(end) }
                    return (Int(head.dropFirst(9).prefix(3))!, head, Array(unread[head.utf8.count..<end]))
                }
            }
            guard try receive() else { throw Failure(call: "end of stream", number: 0) }
        }
    }

    /// Everything up to the first `end`, that included.
    func text(to end: String) throws -> String {
        let end = Array(end.utf8)
        while true {
            if let range = unread.firstRange(of: end) {
                defer { unread.removeFirst(range.upperBound) }
                return String(decoding: unread[..<range.upperBound], as: UTF8.self)
            }
            guard try receive() else { throw Failure(call: "end of stream", number: 0) }
        }
    }

    /// Everything up to the end of the stream.
    func rest() throws -> String {
        while try receive() {}
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    private func head() -> (String, Int)? {
        let text = String(decoding: unread.prefix(16_384), as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.upperBound])
        let length = head.firstRange(of: "Content-Length: ").flatMap {
            Int(head[$0.upperBound...].prefix { $0.isNumber })
        }
        return (head, length ?? 0)
    }

    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(call: "recv", number: errno) }
        unread += buffer.prefix(count)
        return count > 0
    }
}
