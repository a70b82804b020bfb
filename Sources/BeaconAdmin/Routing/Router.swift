import BeaconHTTP

/// Finds the route of a request in a table.
struct Router: Sendable {
    enum Match {
        case found(Route, captures: [String])
        /// The path exists; these methods do.
        case otherMethod(allowed: [Method])
        case nothing
    }

    /// Methods that are understood at all; others are 501 (RFC 9110 §15.6.2).
    static let methods: Set<Method> = [.get, .head, .post, .put, .delete, .patch, .options, .trace]

    let routes: [Route]

    /// HEAD goes where GET goes (RFC 9110 §9.3.2).
    func find(_ method: Method, _ path: [String]) -> Match {
        let wanted = method == .head ? .get : method
        let matches = routes.compactMap { route in route.match(path).map { (route, $0) } }
        if let (route, captures) = matches.first(where: { $0.0.method == wanted }) {
            return .found(route, captures: captures)
        }
        return matches.isEmpty ? .nothing : .otherMethod(allowed: Self.allowed(matches.map(\.0)))
    }

    /// What `OPTIONS *` is told: everything that some path takes.
    var allowed: [Method] { Self.allowed(routes) }

    private static func allowed(_ routes: [Route]) -> [Method] {
        var methods: [Method] = []
        for method in routes.flatMap({ $0.method == .get ? [.get, .head] : [$0.method] }) + [.options]
        where !methods.contains(method) {
            methods.append(method)
        }
        return methods
    }
}
