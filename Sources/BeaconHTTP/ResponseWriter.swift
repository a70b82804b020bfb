/// Responses as bytes (RFC 9112 §4, §5).
public enum ResponseWriter {
    /// The interim response that lets a client send its body (RFC 9110 §15.2.1).
    public static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// - Parameters:
    ///   - persistence: `close` for an open-ended response, unless it answers HEAD.
    ///   - isHead: the request was HEAD: the same head, Content-Length included, and no body (RFC 9110 §9.3.2).
    ///   - date: Unix seconds, for the Date field.
    public static func bytes(
        _ response: Response, persistence: Persistence, isHead: Bool = false, date: Int64
    ) -> [UInt8] {
        let hasBody = response.status.hasContent && !isHead
        var out: [UInt8] = []
        out.reserveCapacity(512 + (hasBody ? response.body.count : 0))
        out += "HTTP/1.1 \(response.status.code) \(response.status.phrase)\r\n".utf8
        add("Date", HTTPDate.text(date), to: &out)
        for field in response.fields.all { add(field.name, field.value, to: &out) }
        if response.status.hasContent, !response.isOpenEnded {
            add("Content-Length", "\(response.body.count)", to: &out)
        }
        switch persistence {
        case .keep: break
        case .keepHTTP10: add("Connection", "keep-alive", to: &out)
        case .close: add("Connection", "close", to: &out)
        }
        out += [.carriageReturn, .lineFeed]
        if hasBody { out += response.body }
        return out
    }

    /// A name is ours and must be a token. A value may carry what a client sent: a control byte in it becomes a space, so
    /// that it can never start a line of its own (RFC 9110 §5.5).
    private static func add(_ name: String, _ value: String, to out: inout [UInt8]) {
        precondition(!name.isEmpty && name.utf8.allSatisfy(\.isTokenByte), "no field name: \(name)")
        out += name.utf8
        out += [UInt8(ascii: ":"), .space]
        for byte in value.utf8 { out.append(byte.isControl && byte != .tab ? .space : byte) }
        out += [.carriageReturn, .lineFeed]
    }
}
