import BeaconHTTP

/// In which form a client wants its answer.
enum Format: String, CaseIterable, Sendable {
    case json, text

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .text: "text/plain; charset=utf-8"
        }
    }

    /// `?format=` decides; without it Accept does, and JSON is the default: nobody is refused for what it accepts (RFC 9110
    /// §12.5.1).
    init(_ request: Request) throws(Refusal) {
        let wishes = request.target.values("format")
        if let wish = wishes.first {
            guard wishes.count == 1, let format = Format(rawValue: wish) else {
                throw Refusal(.badRequest, "format is json or text")
            }
            self = format
        } else {
            self = Self.accepted(request)
        }
    }

    static func accepted(_ request: Request) -> Format {
        let accept = Preferences(request.fields.members("accept"))
        let any = accept.weight("*/*") ?? 0
        let text = accept.weight("text/plain") ?? accept.weight("text/*") ?? any
        let json = accept.weight("application/json") ?? accept.weight("application/*") ?? any
        return text > json ? .text : .json
    }

    func bytes(_ report: Report) -> [UInt8] {
        switch self {
        case .json: JSONText.bytes(report)
        case .text: PlainText.bytes(report)
        }
    }
}

extension Request {
    /// Whether the events are wanted as a stream: unless `?format=` or Accept names a form that is a list.
    var wantsEventStream: Bool {
        guard target.values("format").isEmpty else { return false }
        let accept = Preferences(fields.members("accept"))
        let list = max(accept.weight("application/json") ?? 0, accept.weight("text/plain") ?? 0)
        return list == 0 || accept.weight(EventText.contentType).map { $0 >= list } ?? false
    }

    /// RFC 9110 §12.5.3: gzip by name or by "*", unless identity is liked better.
    var acceptsGzip: Bool {
        let codings = Preferences(fields.members("accept-encoding"))
        let gzip = codings.weight("gzip") ?? codings.weight("x-gzip") ?? codings.weight("*") ?? 0
        return gzip > 0 && gzip >= codings.weight("identity") ?? 0
    }
}
