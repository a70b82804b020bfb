extension Request {
    /// `method SP request-target SP HTTP-version` (RFC 9112 §3), single spaces only.
    init(line: ArraySlice<UInt8>) throws(RequestError) {
        let parts = line.split(separator: .space, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .bad("the request line is not: method, target, version") }
        guard !parts[0].isEmpty, parts[0].allSatisfy(\.isTokenByte) else { throw .bad("the method is not a token") }
        version = try Self.version(parts[2])
        method = Method(parts[0].opaqueText)
        // Its target has a form of its own; this server is no tunnel.
        guard method != .connect else { throw RequestError(.notImplemented, "CONNECT is not implemented") }
        target = try Target(parts[1], of: method)
    }

    private static func version(_ text: ArraySlice<UInt8>) throws(RequestError) -> Version {
        let digits = Array(text.suffix(3))
        guard text.count == 8, text.starts(with: "HTTP/".utf8), digits[0].isDigit, digits[1] == UInt8(ascii: "."),
            digits[2].isDigit
        else { throw .bad("the request line does not end in HTTP/1.1") }
        guard digits[0] == UInt8(ascii: "1") else {
            throw RequestError(.versionNotSupported, "only HTTP/1.0 and HTTP/1.1 are spoken here")
        }
        return digits[2] == UInt8(ascii: "0") ? .http10 : .http11
    }
}

extension Fields {
    /// `field-name ":" OWS field-value OWS` (RFC 9112 §5). The caller has refused control bytes.
    mutating func add(line: ArraySlice<UInt8>) throws(RequestError) {
        // §5.2; also white space between the request line and the first field (§2.2).
        guard line.first != .space, line.first != .tab else { throw .bad("a folded header line") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .bad("a header line without a colon") }
        let name = line[..<colon]
        // §5.1: a server must refuse white space here: readers have disagreed about what it means.
        guard name.last != .space, name.last != .tab else { throw .bad("white space before a header's colon") }
        guard !name.isEmpty, name.allSatisfy(\.isTokenByte) else { throw .bad("a header name is not a token") }
        add(name.opaqueText, line[(colon + 1)...].trimmed.opaqueText)
    }
}
