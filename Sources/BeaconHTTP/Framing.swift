/// What the head says as a whole, once all of it is there.
extension Request {
    /// Checks the head and fills in what follows from it. Returns whether the client waits for 100 (Continue).
    mutating func conclude(_ limits: RequestLimits) throws(RequestError) -> Bool {
        authority = try resolvedAuthority()
        contentLength = try declaredLength()
        let waits = try expectsContinue()
        guard contentLength ?? 0 <= limits.bodyBytes else {
            throw RequestError(.contentTooLarge, "the body is larger than \(limits.bodyBytes) bytes")
        }
        let options = fields.members("connection")
        keepAlive = !options.contains("close") && (version == .http11 || options.contains("keep-alive"))
        return waits
    }

    /// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; an absolute target overrides it.
    private func resolvedAuthority() throws(RequestError) -> Authority? {
        let hosts = fields.values("host")
        guard hosts.count <= 1 else { throw .bad("more than one Host") }
        guard let text = hosts.first else {
            guard version == .http10 else { throw .bad("no Host") }
            return targetAuthority
        }
        guard let host = Authority(text) else { throw .bad("Host is not a host and port") }
        return targetAuthority ?? host
    }

    private var targetAuthority: Authority? {
        if case .absolute(let authority) = target.form { authority } else { nil }
    }

    /// RFC 9112 §6.3. Both framing fields in one request is how requests are smuggled, and so is a repeated
    /// Content-Length: refused, even where the values agree. Neither field means: no body.
    private func declaredLength() throws(RequestError) -> Int? {
        let lengths = fields.values("content-length")
        let isCoded = !fields.values("transfer-encoding").isEmpty
        guard !isCoded || lengths.isEmpty else { throw .bad("Content-Length and Transfer-Encoding in one request") }
        // §6.1: in HTTP/1.0 it means that somebody on the way did not understand it.
        guard !isCoded || version == .http11 else { throw .bad("Transfer-Encoding in HTTP/1.0") }
        guard !isCoded else {
            throw RequestError(.notImplemented, "send a Content-Length: no transfer coding is taken")
        }
        guard lengths.count <= 1 else { throw .bad("more than one Content-Length") }
        guard let text = lengths.first else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { throw .bad("Content-Length is not a number") }
        // Too many digits for an Int: a number all the same, and more than any limit.
        return Int(text) ?? .max
    }

    /// RFC 9110 §10.1.1: 100-continue is the only expectation there is; HTTP/1.0 has none.
    private func expectsContinue() throws(RequestError) -> Bool {
        guard version == .http11 else { return false }
        let expectations = fields.members("expect")
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw RequestError(.expectationFailed, "the only expectation met here is 100-continue")
        }
        return !expectations.isEmpty && contentLength ?? 0 > 0
    }
}
