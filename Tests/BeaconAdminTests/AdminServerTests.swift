import BeaconBasics
import BeaconHTTP
import Testing

@testable import BeaconAdmin

/// Over real sockets.
@Suite struct AdminServerTests {
    private let loopback = Address(ipv4: 0x7F00_0001, port: 0)

    /// A server for the length of `body`.
    private func serving(
        _ listeners: [AdminListener] = [AdminListener(Address(ipv4: 0x7F00_0001, port: 0))],
        backend: FakeBackend = FakeBackend(), token: String? = nil, limits: AdminLimits = AdminLimits(),
        _ body: ([Address]) throws -> Void
    ) throws {
        let server = try AdminServer.start(listen: listeners, backend: backend, token: token, limits: limits)
        defer { server.stop() }
        try body(server.boundAddresses)
    }

    @Test func servesOverOneConnection() throws {
        try serving { addresses in
            let client = try Client(addresses[0])
            try client.send(get("/healthz") + get("/stats") + "HEAD /stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let health = try client.response()
            #expect(health.status == 200)
            #expect(health.body == Array("ok".utf8))
            let stats = try client.response()
            #expect(stats.body.starts(with: "{\n  \"version\": \"1.2.3\",\n".utf8))
            #expect(try client.response(hasBody: false).status == 200)
            try client.send(get("/readyz", "Connection: close\r\n"))
            #expect(try client.rest().hasSuffix("\r\n\r\nready"))
        }
    }

    @Test func pipelinedRequestsAreAllAnsweredInOrder() throws {
        let backend = FakeBackend()
        backend.edit { $0.nodes = (1...500).map { NodeStatus.sample($0) } }
        try serving(backend: backend) { addresses in
            let client = try Client(addresses[0])
            try client.send((1...500).map { get("/nodes/\($0)") }.joined())
            for id in 1...500 {
                #expect(try client.response().body.starts(with: "{\n  \"id\": \(id),\n".utf8))
            }
        }
    }

    @Test func largeAnswersArriveWhole() throws {
        let backend = FakeBackend()
        backend.edit { $0.nodes = (1...1_000).map { NodeStatus.sample($0) } }
        try serving(backend: backend) { addresses in
            let client = try Client(addresses[0])
            try client.send(get("/nodes?limit=1000"))
            let plain = try client.response().body
            #expect(plain.count > 200_000)
            try client.send(get("/nodes?limit=1000", "Accept-Encoding: gzip\r\n"))
            let coded = try client.response()
            #expect(coded.head.contains("\r\nContent-Encoding: gzip\r\n"))
            #expect(gunzip(coded.body) == plain)
        }
    }

    @Test("clients that send half a head, or ask and do not read, keep nobody waiting")
    func badClientsDelayNobody() throws {
        let backend = FakeBackend()
        backend.edit { $0.nodes = (1...1_000).map { NodeStatus.sample($0) } }
        // Nothing ends the bad ones before the good ones give up, which they do after ten seconds.
        var limits = AdminLimits()
        limits.headTime = .seconds(600)
        limits.stallTime = .seconds(600)
        try serving(backend: backend, limits: limits) { addresses in
            let slow = try (0..<20).map { _ in try Client(addresses[0]) }
            for client in slow { try client.send("GET /stats HTTP/1.1\r\nHost: lo") }
            let deaf = try Client(addresses[0])
            try deaf.send(String(repeating: get("/nodes?limit=1000"), count: 100))
            for _ in 0..<10 {
                let client = try Client(addresses[0])
                try client.send(get("/healthz", "Connection: close\r\n"))
                #expect(try client.response().status == 200)
            }
            for client in slow {
                try client.send("calhost\r\n\r\n")
                #expect(try client.response().status == 200)
            }
        }
    }

    @Test("the 65th connection is told so; a place that comes free can be taken")
    func connectionLimit() throws {
        try serving { addresses in
            var clients = try (0..<64).map { _ in try Client(addresses[0]) }
            for client in clients {
                try client.send(get("/healthz"))
                #expect(try client.response().status == 200)
            }
            let late = try Client(addresses[0])
            #expect(try late.response().status == 503)
            #expect(try late.rest() == "")
            clients.removeLast()
            // The server learns of the closed connection in its own time: ask until it has.
            var statuses: [Int] = []
            repeat {
                let client = try Client(addresses[0])
                try client.send(get("/healthz", "Connection: close\r\n"))
                statuses.append(try client.response().status)
            } while statuses.last == 503 && statuses.count < 1_000
            #expect(statuses.last == 200)
        }
    }

    @Test("listeners have places of their own: a crowd at one does not hide the beacon's health")
    func healthListener() throws {
        var limits = AdminLimits()
        limits.connections = 2
        try serving([AdminListener(loopback), AdminListener(loopback, .health)], limits: limits) { addresses in
            #expect(addresses[0].port != addresses[1].port)
            let crowd = try (0..<3).map { _ in try Client(addresses[0]) }
            #expect(try crowd[2].response().status == 503)
            let probe = try Client(addresses[1])
            try probe.send("POST /healthz HTTP/1.1\r\nHost: anything.example\r\n\r\n" + get("/stats"))
            #expect(try probe.response().body == Array("ok".utf8))
            #expect(try probe.response().status == 404)
        }
    }

    @Test("RFC 9112 §9.6: the answer arrives although its request's body was never read")
    func refusedBody() throws {
        try serving { addresses in
            let client = try Client(addresses[0])
            let body = String(repeating: "x", count: 200_000)
            try client.send("PUT /config/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n\(body)")
            #expect(try client.response().status == 413)
            #expect(try client.rest() == "")
        }
    }

    @Test func aClientThatShutsItsDirectionIsAnswered() throws {
        try serving { addresses in
            let client = try Client(addresses[0])
            try client.send(get("/healthz"))
            client.shutOutput()
            #expect(try client.rest().hasSuffix("ok"))
        }
    }

    @Test func tokenIsAskedFor() throws {
        try serving(token: "sesame-sesame-sesame") { addresses in
            let client = try Client(addresses[0])
            try client.send(get("/stats") + get("/stats", "Authorization: Bearer sesame-sesame-sesame\r\n"))
            #expect(try client.response().status == 401)
            #expect(try client.response().status == 200)
        }
    }

    @Test func anOpenAddressNeedsAToken() {
        let open = Address(ipv4: 0, port: 0)
        #expect(throws: AdminError.tokenRequired(open)) {
            try AdminServer.start(listen: [AdminListener(open)], backend: FakeBackend())
        }
    }

    @Test func aTakenAddressIsAnErrorThatNamesIt() throws {
        try serving { addresses in
            let error = #expect(throws: AdminError.self) {
                try AdminServer.start(
                    listen: [AdminListener(self.loopback), AdminListener(addresses[0])], backend: FakeBackend())
            }
            let text = "\(try #require(error))"
            #expect(text.hasPrefix("cannot listen on 127.0.0.1:\(addresses[0].port): "))
        }
    }

    @Test func stopClosesEverything() throws {
        let server = try AdminServer.start(listen: [AdminListener(loopback)], backend: FakeBackend())
        let client = try Client(server.boundAddresses[0])
        try client.send(get("/healthz"))
        _ = try client.response()
        server.stop()
        server.stop()
        #expect(try client.rest() == "")
        #expect(throws: Client.Failure.self) { try Client(server.boundAddresses[0]) }
    }

    @Test func itCountsItself() throws {
        try serving { addresses in
            let client = try Client(addresses[0])
            try client.send(get("/healthz"))
            _ = try client.response()
            try client.send(get("/stats?format=text"))
            let lines = try client.response().body.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
            for expected in ["admin.connections 1", "admin.accepted 1", "admin.refused 0", "admin.requests 2"] {
                #expect(lines.contains { $0.split(separator: " ").joined(separator: " ") == expected }, "\(expected)")
            }
        }
    }
}
