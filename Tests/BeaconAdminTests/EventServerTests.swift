import BeaconBasics
import BeaconHTTP
import BeaconTestKit
import Testing

@testable import BeaconAdmin

/// Event streams over real sockets.
@Suite struct EventServerTests {
    private let backend = FakeBackend()

    /// A server that looks for events all the time, for the length of `body`.
    private func serving(_ limits: AdminLimits = AdminLimits(), _ body: (Address) throws -> Void) throws {
        var limits = limits
        limits.streamPoll = .milliseconds(1)
        let listener = AdminListener(Address(ipv4: 0x7F00_0001, port: 0))
        let server = try AdminServer.start(listen: [listener], backend: backend, limits: limits)
        defer { server.stop() }
        try body(server.boundAddresses[0])
    }

    private func add(_ text: String = "x") { backend.log.add("member", [.init("text", text)], time: 1) }

    private func stream(_ address: Address, _ path: String = "/events") throws -> Client {
        let client = try Client(address)
        try client.send(get(path))
        _ = try client.text(to: "retry: 2000\n")
        return client
    }

    /// A line of `/stats`, asked for on a connection of its own.
    private func stat(_ name: String, _ address: Address) throws -> Int {
        let client = try Client(address)
        try client.send(get("/stats?format=text", "Connection: close\r\n"))
        let lines = String(decoding: try client.response().body, as: UTF8.self).split(separator: "\n")
        return lines.first { $0.hasPrefix("\(name) ") }.flatMap { Int($0.split(separator: " ").last ?? "") } ?? -1
    }

    /// Asks until the answer is as wanted, a thousand times at most.
    private func becomes(_ name: String, _ value: Int, _ address: Address, doing: () -> Void = {}) throws -> Bool {
        for _ in 0..<1_000 {
            if try stat(name, address) == value { return true }
            doing()
        }
        return false
    }

    @Test func eventsArrive() throws {
        try serving { address in
            let clients = try (0..<3).map { _ in try stream(address) }
            for number in 1...100 { add("\(number)") }
            for client in clients {
                let text = try client.text(to: "\"text\":\"100\"}}\n\n")
                #expect(text.split(separator: "id: ").count == 101)
            }
            #expect(try stat("admin.event_streams", address) == 3)
        }
    }

    @Test("clients that vanish, by FIN or by RST, give their places free")
    func vanishing() throws {
        try serving { address in
            for isReset in [false, true] {
                #expect(try becomes("admin.event_streams", 0, address))
                let clients = try (0..<16).map { _ in try stream(address) }
                let late = try Client(address)
                try late.send(get("/events"))
                #expect(try late.response().status == 503)
                if isReset { for client in clients { client.resetOnClose() } }
                withExtendedLifetime(clients) {}
            }
            #expect(try becomes("admin.event_streams", 0, address))
            _ = try stream(address)
        }
    }

    @Test("a client that does not read is cut off, and nobody else notices")
    func slowReader() throws {
        try serving { address in
            let deaf = try stream(address)
            let text = String(repeating: "x", count: 4_000)
            let isCut = try becomes("admin.event_streams_cut", 1, address) { for _ in 0..<64 { add(text) } }
            #expect(isCut)
            #expect(try becomes("admin.event_streams", 0, address))
            withExtendedLifetime(deaf) {}
        }
    }

    @Test func streamsAreConnectionsLikeOthers() throws {
        var limits = AdminLimits()
        limits.connections = 3
        try serving(limits) { address in
            let streams = try (0..<2).map { _ in try stream(address) }
            let last = try Client(address)
            try last.send(get("/healthz"))
            #expect(try last.response().status == 200)
            #expect(try Client(address).response().status == 503)
            withExtendedLifetime(streams) {}
        }
    }

    @Test func stopEndsStreams() throws {
        let listener = AdminListener(Address(ipv4: 0x7F00_0001, port: 0))
        let server = try AdminServer.start(listen: [listener], backend: backend)
        let client = try stream(server.boundAddresses[0])
        server.stop()
        #expect(try client.rest() == "id: 0\n\n")
    }

    @Test(.enabled(if: Curl.isInstalled)) func curlShowsEventsAtOnce() throws {
        // Outlives the server, whose end is its end.
        var running: Curl?
        try serving { address in
            add("first")
            running = Curl(address, "/events?after=0", "-H 'Last-Event-ID: 0'")
            let curl = try #require(running)
            #expect(curl.line() == "retry: 2000")
            #expect(curl.line() == "")
            for (id, text) in [(1, "first"), (2, "a\"\n\u{7}"), (3, "third")] {
                if id > 1 { add(text) }
                #expect(curl.line() == "id: \(id)")
                #expect(curl.line() == "event: member")
                let data = try #require(curl.line())
                #expect(data.hasPrefix("data: {\"id\":\(id),\"time\":1.0,\"kind\":\"member\",\"fields\":{\"text\":\""))
                #expect(curl.line() == "")
            }
        }
        // No complaint of curl's.
        #expect(running?.line() == nil)
    }
}
