import BeaconBasics
import BeaconHTTP

/// What can be seen. Nothing here touches what a shard writes: the backend hands out published copies.
extension Route {
    static let observing: [Route] = own + talking + fleet + watchingDrain

    private static let own: [Route] = [
        Route(.get, "/", parameters: ["format"], "this list") { call in
            .report(.index(call.admin.router.routes))
        },
        Route(.get, "/stats", parameters: ["format"], "the whole beacon: traffic, nodes, registration, process") {
            call in
            let backend = call.admin.backend
            return .report(
                .stats(
                    backend.status(), unready: backend.unreadyReason(), rates: call.admin.rates,
                    admin: call.admin.counters, fleet: backend.fleet(), drain: backend.drain()))
        },
        Route(.get, "/shards", parameters: ["format"], "each data-plane thread: counters, socket, offloads") { call in
            .report(.shards(call.admin.backend.status().shards))
        },
        Route(.get, "/drops", parameters: ["format"], "dropped datagrams by reason") { call in
            .report(.drops(call.admin.backend.status()))
        },
        Route(.get, "/nodes", parameters: ["limit", "after", "format"], "registered nodes, a page at a time") {
            call throws(Refusal) in
            .report(.nodes(call.admin.backend.nodes(after: try call.after(), limit: try call.limit())))
        },
        Route(.get, "/config", parameters: ["format"], "every setting and where it comes from") { call in
            .report(.settings(call.admin.backend.settings()))
        },
        Route(.get, "/metrics", "the same for Prometheus") { call in
            let backend = call.admin.backend
            let bytes = Metrics.bytes(
                backend.status(), unready: backend.unreadyReason(), admin: call.admin.counters, fleet: backend.fleet(),
                drain: backend.drain())
            return .fixed(.ok, contentType: MetricsText.contentType, bytes)
        },
        Route(.get, "/healthz", isProbe: true, "ok while the process serves") { _ in .text(.ok, "ok") },
        Route(.get, "/readyz", isProbe: true, "ready while the beacon takes traffic, else 503 and why") { call in
            guard let reason = call.admin.backend.unreadyReason() else { return .text(.ok, "ready") }
            return .text(.serviceUnavailable, reason)
        },
    ]
}

extension Refusal {
    static let unknownNode = Refusal(.notFound, "no such node is registered here")
}

extension Call {
    /// The captured node id: decimal digits of a 32-bit number.
    func nodeID() throws(Refusal) -> NodeID {
        guard let id = Self.digits(captures[0]).flatMap(UInt32.init) else {
            throw Refusal(.badRequest, "a node id is a number from 0 to 4294967295")
        }
        return NodeID(id)
    }

    /// How long a page is, and where it begins.
    func limit() throws(Refusal) -> Int { try number("limit", in: 1...1_000) ?? 100 }
    func after() throws(Refusal) -> UInt32 { UInt32(try number("after", in: 0...Int(UInt32.max)) ?? 0) }

    /// A query parameter that is a number; nil when it is not given.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        let values = request.target.values(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, let value = Self.digits(text).flatMap({ Int($0) }), range.contains(value) else {
            throw Refusal(.badRequest, "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The text if it is digits alone: no sign, no space.
    static func digits(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? text : nil
    }
}
