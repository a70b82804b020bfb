/// Why a request cannot be read. The connection must be closed after the answer: where the next request would start is
/// unknown.
public struct RequestError: Error, Equatable, Sendable {
    public let status: Status
    /// One sentence for whoever wrote the client.
    public let reason: String
    /// The request was a HEAD: the answer has no body.
    public internal(set) var isHead = false

    init(_ status: Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func bad(_ reason: String) -> RequestError { RequestError(.badRequest, reason) }
}

/// How much of a request is taken. What exceeds a limit is refused as soon as it does, not when the request is complete.
public struct RequestLimits: Equatable, Sendable {
    /// The request line without its CRLF: 414 beyond. RFC 9112 §3 asks for 8000 at least.
    public var requestLineBytes = 8_000
    /// Request line and fields, line ends and the empty line included: 431 beyond.
    public var headBytes = 8_192
    /// Field lines: 431 beyond.
    public var fields = 100
    /// The body: 413 beyond.
    public var bodyBytes = 65_536

    public init() {}
}
