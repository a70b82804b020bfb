import BeaconHTTP

/// What can be done.
extension Route {
    static let changing: [Route] = setting + commanding + draining + recording

    private static let setting: [Route] = [
        Route(
            .post, "/nodes/{id}/notify", parameters: ["format"],
            "tell a node to call its registry, at most once a second"
        ) { call throws(Refusal) in
            switch call.admin.backend.notify(try call.nodeID()) {
            case .sent: return .report(["result": Report("sent")])
            case .recently: return .report(["result": Report("recently")])
            case .unknownNode: throw Refusal.unknownNode
            case .failed(let reason): throw Refusal(.badGateway, reason)
            }
        },
        Route(.put, "/config/{key}", parameters: ["format"], "change a live setting; the body is the value") {
            call throws(Refusal) in
            let key = call.captures[0]
            switch call.admin.backend.set(key, to: try call.value()) {
            case .changed(let setting): return .report(.setting(setting))
            case .unknownKey: throw Refusal(.notFound, "no such setting; GET /config lists them")
            case .notLive: throw Refusal(.conflict, "\(key) cannot be changed while running")
            case .invalid(let reason): throw Refusal(.badRequest, reason)
            }
        },
    ]
}

extension Call {
    /// The body as one line of text. `echo` ends it with a line end, which is not part of the value.
    fileprivate func value() throws(Refusal) -> String {
        guard request.contentLength != nil else { throw Refusal(.lengthRequired, "the body is the value") }
        guard var text = String(validating: request.body, as: UTF8.self) else {
            throw Refusal(.badRequest, "the value is not UTF-8")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw Refusal(.badRequest, "the value is not one line of text")
        }
        return text
    }
}
