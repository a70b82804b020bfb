/// A request method: any token (RFC 9110 §9.1); case matters.
public struct Method: Hashable, Sendable {
    public let name: String

    public init(_ name: String) { self.name = name }

    public static let get = Method("GET")
    public static let head = Method("HEAD")
    public static let post = Method("POST")
    public static let put = Method("PUT")
    public static let delete = Method("DELETE")
    public static let patch = Method("PATCH")
    public static let options = Method("OPTIONS")
    public static let trace = Method("TRACE")
    static let connect = Method("CONNECT")
}

/// HTTP/1.0 or HTTP/1.1; a later minor version of 1 counts as 1.1 (RFC 9110 §2.5).
public enum Version: Sendable {
    case http10, http11
}

/// A complete request.
public struct Request: Equatable, Sendable {
    public let method: Method
    public let target: Target
    public let version: Version
    public internal(set) var fields = Fields()
    /// Who the client believes to talk to: an absolute target's authority, else the Host field's (RFC 9112 §3.2.2); nil
    /// only in HTTP/1.0.
    public internal(set) var authority: Authority?
    /// nil without a Content-Length field; then the body is empty.
    public internal(set) var contentLength: Int?
    public internal(set) var body: [UInt8] = []
    /// The client can take another response on this connection (RFC 9112 §9.3).
    public internal(set) var keepAlive = false
}
