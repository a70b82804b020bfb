import BeaconHTTP

/// From a request to its response: who may ask, which route, in which form. Without sockets.
struct AdminService: Sendable {
    let backend: any AdminBackend
    let policy: AccessPolicy
    let counters: AdminCounters
    /// Streams at a time, of events and of drains.
    var maximumStreams = AdminLimits().streams
    let rates = RateMeter()
    let router = Router(routes: Route.observing + Route.changing)

    func respond(to request: Request) -> Reply {
        do throws(Refusal) {
            return try grant(request)
        } catch {
            return Reply(Self.response(to: error, format: (try? Format(request)) ?? Format.accepted(request)))
        }
    }

    private func grant(_ request: Request) throws(Refusal) -> Reply {
        let match = router.find(request.method, request.target.segments)
        try policy.check(request, isOpen: match.isProbe)
        guard Router.methods.contains(request.method) else {
            throw Refusal(.notImplemented, "this method is not implemented")
        }
        guard request.target.form != .asterisk else { return Reply(Self.options(router.allowed)) }
        switch match {
        case .nothing: throw Refusal(.notFound, "no such path; GET / lists them")
        case .otherMethod(let allowed):
            if request.method == .options { return Reply(Self.options(allowed)) }
            throw Refusal(.methodNotAllowed, "this path does not take that method", ("Allow", Self.list(allowed)))
        case .found(let route, let captures):
            return try answer(Call(request: request, captures: captures, admin: self), route)
        }
    }

    private func answer(_ call: Call, _ route: Route) throws(Refusal) -> Reply {
        if !route.isProbe { try checkParameters(call.request, route) }
        let format = route.isProbe ? Format.text : try Format(call.request)
        let gzip = call.request.acceptsGzip
        switch try route.handler(call) {
        case .report(let report):
            return Reply(Self.response(.ok, format.contentType, format.bytes(report), gzip: gzip))
        case .fixed(let status, let contentType, let bytes):
            return Reply(Self.response(status, contentType, bytes, gzip: gzip))
        case .events(let id):
            return try stream(call.request, EventText.contentType) {
                EventStream(backend, counters, limit: maximumStreams, after: id)
            }
        case .drain(let interval):
            return try stream(call.request, DrainText.contentType(format)) {
                DrainWatch(backend, counters, limit: maximumStreams, every: interval, format)
            }
        }
    }

    /// HEAD is told what GET would be, and takes no place.
    private func stream(
        _ request: Request, _ contentType: String, _ open: () -> (any ResponseStream)?
    ) throws(Refusal) -> Reply {
        var response = Self.response(.ok, contentType, [], gzip: false)
        response.isOpenEnded = true
        // Not of HTTP, but the one word that keeps nginx from holding lines back.
        response.fields.add("X-Accel-Buffering", "no")
        if request.method == .head { return Reply(response) }
        guard let stream = open() else {
            throw Refusal(
                .serviceUnavailable, "\(maximumStreams) streams are open, and no more are served",
                ("Retry-After", "5"))
        }
        return Reply(response, stream: stream)
    }

    private func checkParameters(_ request: Request, _ route: Route) throws(Refusal) {
        for item in request.target.query where !route.parameters.contains(item.name) {
            let known = route.parameters.isEmpty ? "none" : route.parameters.joined(separator: ", ")
            throw Refusal(.badRequest, "unknown parameter; \(route.pattern) takes: \(known)")
        }
    }

    /// The answer to a request that could not be read; nobody knows what form it would have asked for.
    static func response(to error: RequestError) -> Response {
        response(to: Refusal(error.status, error.reason), format: .json)
    }

    static func response(to refusal: Refusal, format: Format) -> Response {
        let report: Report = ["error": Report(refusal.reason), "status": Report(refusal.status.code)]
        var response = response(refusal.status, format.contentType, format.bytes(report), gzip: false)
        if let field = refusal.field { response.fields.add(field.name, field.value) }
        return response
    }

    private static func options(_ methods: [Method]) -> Response {
        var response = Response(.noContent)
        response.fields.add("Allow", list(methods))
        return response
    }

    private static func list(_ methods: [Method]) -> String { methods.map(\.name).joined(separator: ", ") }

    /// Answers are of the moment (no-store), and never anything but what they say they are (nosniff).
    private static func response(_ status: Status, _ contentType: String, _ body: [UInt8], gzip: Bool) -> Response {
        var response = Response(status, contentType: contentType, body: body)
        response.fields.add("Cache-Control", "no-store")
        response.fields.add("X-Content-Type-Options", "nosniff")
        response.fields.add("Vary", "Accept, Accept-Encoding")
        if gzip, body.count >= Gzip.worthwhileBytes, let small = Gzip.compress(body) {
            response.body = small
            response.fields.add("Content-Encoding", "gzip")
        }
        return response
    }
}

extension Router.Match {
    fileprivate var isProbe: Bool { if case .found(let route, _) = self { route.isProbe } else { false } }
}
