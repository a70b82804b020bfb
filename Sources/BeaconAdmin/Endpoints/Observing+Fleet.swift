import BeaconBasics
import BeaconHTTP

/// What can be seen of the fleet, and of this node's place in it.
extension Route {
    static let fleet: [Route] = [
        Route(.get, "/fleet", parameters: ["format"], "this beacon's place in the fleet: session, keys, counts") {
            call in
            .report(.fleet(call.admin.backend.fleet()))
        },
        Route(
            .get, "/peers", parameters: ["limit", "after", "format"],
            "the other beacons: reference peers, and members of the fleet with the evidence of the last verdict"
        ) { call throws(Refusal) in
            let backend = call.admin.backend
            let page = Page(backend.members(), by: \.beacon, after: try call.after(), limit: try call.limit())
            return .report(.peers(backend.peers(), page))
        },
        Route(.get, "/peers/{id}", parameters: ["format"], "one of the other beacons, by its id") {
            call throws(Refusal) in
            try peer(call)
        },
        Route(
            .get, "/directory", parameters: ["limit", "after", "format"],
            "which beacon has how many nodes, and how far its log is followed here"
        ) { call throws(Refusal) in
            let owners = call.admin.backend.owners()
            return .report(.directory(Page(owners, by: \.owner, after: try call.after(), limit: try call.limit())))
        },
        Route(.get, "/nodes/{id}", parameters: ["format"], "one node, and which beacon has it") {
            call throws(Refusal) in
            try node(call)
        },
        Route(
            .get, "/path", parameters: ["from", "to", "format"],
            "which way a frame between two nodes would take, and why; sends nothing"
        ) { call throws(Refusal) in
            guard let to = try call.node("to") else { throw Refusal(.badRequest, "give the node as ?to=") }
            return .report(.path(call.admin.backend.path(from: try call.node("from"), to: to)))
        },
        Route(
            .get, "/events", parameters: ["limit", "after", "format"],
            "what happens, as it happens (server-sent events); with ?format= what has happened, as a list"
        ) { call throws(Refusal) in
            try events(call)
        },
    ]

    private static func peer(_ call: Call) throws(Refusal) -> Answer {
        let backend = call.admin.backend
        let id = try call.beaconID()
        let member = backend.members().first { $0.beacon == id }
        let peers = backend.peers().filter { $0.beaconID == id.rawValue }
        if member == nil, peers.isEmpty {
            let isMe = backend.fleet()?.beacon == id
            throw isMe ? Refusal(.notFound, "that is this beacon; GET /fleet shows it") : .unknownBeacon
        }
        return .report(.peer(id, member, peers))
    }

    private static func node(_ call: Call) throws(Refusal) -> Answer {
        let backend = call.admin.backend
        let id = try call.nodeID()
        let node = backend.node(id)
        // Registered here although the directory has never heard of it: it will.
        guard let home = backend.home(of: id) ?? node.map({ _ in NodeHome(.here) }) else { throw Refusal.unknownNode }
        let me = backend.fleet()?.beacon.rawValue ?? backend.status().beaconID
        return .report(.node(id, node, home: home, me: me))
    }

    private static func events(_ call: Call) throws(Refusal) -> Answer {
        let after = try call.number("after", in: 0...Int.max).map { UInt64($0) }
        let limit = try call.number("limit", in: 1...1_000)
        guard call.request.wantsEventStream else {
            let (backend, limit) = (call.admin.backend, limit ?? 100)
            let page = after.map { backend.events(after: $0, limit: limit) } ?? backend.recentEvents(limit: limit)
            return .report(.events(page))
        }
        if limit != nil { throw Refusal(.badRequest, "a stream has no limit; ?format=json makes it a list") }
        return .events(after: call.lastEventID ?? after)
    }
}

extension Refusal {
    static let unknownBeacon = Refusal(.notFound, "no such beacon is known; GET /peers lists them")
}

extension Call {
    /// The captured beacon id: a 32-bit number, and not 0.
    func beaconID() throws(Refusal) -> BeaconID {
        guard let id = Self.digits(captures[0]).flatMap(UInt32.init), id != 0 else {
            throw Refusal(.badRequest, "a beacon id is a number from 1 to 4294967295")
        }
        return BeaconID(id)
    }

    /// A query parameter that is a node id; nil when it is not given.
    fileprivate func node(_ name: String) throws(Refusal) -> NodeID? {
        try number(name, in: 0...Int(UInt32.max)).map { NodeID(UInt32($0)) }
    }

    /// WHATWG HTML §9.2.4: where a client that comes back was. What is no number of ours stands before nothing that is
    /// kept, so that nothing is left out.
    fileprivate var lastEventID: UInt64? {
        guard let text = request.fields["last-event-id"], !text.isEmpty else { return nil }
        return Self.digits(text).flatMap { UInt64($0) } ?? .max
    }
}
