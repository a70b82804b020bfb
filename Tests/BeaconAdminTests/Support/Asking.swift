import BeaconHTTP
import CZlib

@testable import BeaconAdmin

/// Asks the service without a connection in between.
func ask(
    _ line: String, _ fields: [String] = [], body: String? = nil, backend: FakeBackend = FakeBackend(),
    token: String? = nil, allowedHosts: [String] = []
) -> Response {
    let policy = AccessPolicy(allowedHosts: allowedHosts, token: token)
    let service = AdminService(backend: backend, policy: policy, counters: AdminCounters())
    return service.respond(to: request(line, fields, body: body)).response
}

/// `line` is method and target; Host is localhost unless given; a version may follow.
func request(_ line: String, _ fields: [String] = [], body: String? = nil) -> Request {
    var lines = [line.contains(" HTTP/") ? line : "\(line) HTTP/1.1"] + fields
    if !line.contains("HTTP/1.0"), !fields.contains(where: { $0.lowercased().hasPrefix("host:") }) {
        lines.append("Host: localhost:9090")
    }
    if let body { lines.append("Content-Length: \(body.utf8.count)") }
    let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8)
    var parser = RequestParser()
    guard case (.request(let request), bytes.count) = parser.feed(bytes.span) else {
        fatalError("not a request: \(lines)")
    }
    return request
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// The inverse of gzip; nil unless the whole input is one complete member.
func gunzip(_ input: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = input
    var output = [UInt8](repeating: 0, count: 1 << 22)
    let end = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            return inflate(&stream, Z_FINISH)
        }
    }
    guard end == Z_STREAM_END, stream.avail_in == 0 else { return nil }
    return Array(output.prefix(Int(stream.total_out)))
}
