/// A status code of RFC 9110 §15 with its reason phrase.
public struct Status: Hashable, Sendable {
    public let code: Int
    public let phrase: String

    private init(_ code: Int, _ phrase: String) {
        self.code = code
        self.phrase = phrase
    }

    public static let ok = Status(200, "OK")
    public static let noContent = Status(204, "No Content")
    public static let badRequest = Status(400, "Bad Request")
    public static let unauthorized = Status(401, "Unauthorized")
    public static let forbidden = Status(403, "Forbidden")
    public static let notFound = Status(404, "Not Found")
    public static let methodNotAllowed = Status(405, "Method Not Allowed")
    public static let requestTimeout = Status(408, "Request Timeout")
    public static let conflict = Status(409, "Conflict")
    public static let lengthRequired = Status(411, "Length Required")
    public static let contentTooLarge = Status(413, "Content Too Large")
    public static let uriTooLong = Status(414, "URI Too Long")
    public static let expectationFailed = Status(417, "Expectation Failed")
    public static let fieldsTooLarge = Status(431, "Request Header Fields Too Large")
    public static let notImplemented = Status(501, "Not Implemented")
    public static let badGateway = Status(502, "Bad Gateway")
    public static let serviceUnavailable = Status(503, "Service Unavailable")
    public static let versionNotSupported = Status(505, "HTTP Version Not Supported")

    /// Whether a response of this status has content, and so a Content-Length (RFC 9110 §8.6).
    var hasContent: Bool { code >= 200 && code != 204 && code != 304 }
}
