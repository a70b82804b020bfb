import BeaconBasics
import BeaconHTTP

/// One line of the table that the router, the Allow field and the index at `/` are all made from.
struct Route: Sendable {
    typealias Handler = @Sendable (Call) throws(Refusal) -> Answer

    let method: Method
    /// `/nodes/{id}`: a segment in braces matches any one and is captured.
    let pattern: String
    /// Names of the query parameters; any other is refused, so that a slip of the pen is noticed.
    let parameters: [String]
    let about: String
    /// Answers without a token and in one form only: what load balancers and Prometheus's blackbox ask for.
    let isProbe: Bool
    let handler: Handler
    private let segments: [String]

    init(
        _ method: Method, _ pattern: String, parameters: [String] = [], isProbe: Bool = false, _ about: String,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.parameters = parameters
        self.about = about
        self.isProbe = isProbe
        self.handler = handler
        segments = pattern.split(separator: "/").map(String.init)
    }

    /// The captured segments if the path is this route's.
    func match(_ path: [String]) -> [String]? {
        guard path.count == segments.count else { return nil }
        var captures: [String] = []
        for (segment, part) in zip(segments, path) {
            if segment.hasPrefix("{") {
                captures.append(part)
            } else if segment != part {
                return nil
            }
        }
        return captures
    }
}

/// What a handler gets.
struct Call: Sendable {
    let request: Request
    /// The segments in braces, in order.
    let captures: [String]
    let admin: AdminService
}

/// What a handler gives back.
enum Answer: Sendable {
    /// Printed as JSON or text, as the client likes.
    case report(Report)
    /// Exactly these bytes.
    case fixed(Status, contentType: String, [UInt8])
    /// The events behind that id, or from now on, as they happen.
    case events(after: UInt64?)
    /// How far the drain is, again and again.
    case drain(every: Delay)

    static func text(_ status: Status, _ text: String) -> Answer {
        .fixed(status, contentType: "text/plain; charset=utf-8", Array(text.utf8))
    }
}

/// A request that is understood and not granted.
struct Refusal: Error, Sendable {
    let status: Status
    /// One sentence for the client.
    let reason: String
    let field: (name: String, value: String)?

    init(_ status: Status, _ reason: String, _ field: (String, String)? = nil) {
        self.status = status
        self.reason = reason
        self.field = field
    }
}
