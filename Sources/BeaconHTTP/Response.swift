/// A response before it is written. Date, Content-Length and Connection are the writer's business.
public struct Response: Equatable, Sendable {
    public var status: Status
    public var fields = Fields()
    public var body: [UInt8]
    /// More content follows `body`, until the connection is closed: there is no Content-Length, and no other response on
    /// the connection (RFC 9112 §6.3).
    public var isOpenEnded = false

    public init(_ status: Status, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.body = body
        if let contentType { fields.add("Content-Type", contentType) }
    }
}

/// What the response says about the connection (RFC 9112 §9.3).
public enum Persistence: Sendable {
    /// HTTP/1.1, stays open: nothing is said.
    case keep
    /// HTTP/1.0 has to be told.
    case keepHTTP10
    case close
}
