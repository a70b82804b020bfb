import BeaconBasics
import BeaconHTTP
import BeaconTestKit
import Testing

@testable import BeaconAdmin

/// A stream under a clock that the test moves.
@Suite struct EventStreamTests {
    private let backend = FakeBackend()
    private let counters = AdminCounters()

    private func wire(_ limits: AdminLimits = AdminLimits()) throws -> Wire {
        try Wire(backend, limits: limits, counters: counters)
    }

    private func add(_ count: Int = 1, text: String = "x") {
        for _ in 0..<count { backend.log.add("k", [.init("t", text)], time: 1) }
    }

    /// The ids of the events in a stretch of stream.
    private func ids(_ text: String) -> [Int] {
        text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap { Int($0.dropFirst(4)) }
    }

    @Test func opens() throws {
        add(3)
        let wire = try wire()
        try wire.send(get("/events"))
        let head = wire.socket.take()
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        for field in ["Content-Type: text/event-stream", "Connection: close", "Cache-Control: no-store"] {
            #expect(head.contains("\r\n\(field)\r\n"), "\(field)")
        }
        #expect(!head.contains("Content-Length"))
        // Nothing that was before; but a client that is cut off now knows where it was.
        #expect(head.hasSuffix("\r\n\r\nretry: 2000\nid: 3\n\n"))
        #expect(counters.streams == 1)
    }

    @Test("RFC 9112 §9.3: HTTP/1.0 gets the same, whatever it says of the connection")
    func http10() throws {
        let wire = try wire()
        try wire.send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(wire.socket.received.contains("\r\nConnection: close\r\n"))
        #expect(!wire.socket.received.contains("keep-alive"))
        add()
        wire.advance(.milliseconds(100))
        #expect(wire.socket.received.contains("event: k\n"))
    }

    @Test func eventsComeAsTheyHappen() throws {
        let wire = try wire()
        try wire.send(get("/events"))
        _ = wire.socket.take()
        add(2)
        wire.advance(.milliseconds(99))
        #expect(wire.socket.received == "")
        wire.advance(.milliseconds(1))
        #expect(ids(wire.socket.take()) == [1, 2])
        wire.advance(.seconds(10))
        #expect(wire.socket.received == "")
        add()
        wire.advance(.milliseconds(100))
        #expect(ids(wire.socket.take()) == [3])
    }

    @Test(
        "resumes behind what the client has; the header is newer than the query",
        arguments: [
            ("/events?after=0", "", [1, 2, 3]), ("/events?after=2", "", [3]), ("/events?after=3", "", []),
            ("/events?after=0", "Last-Event-ID: 2\r\n", [3]), ("/events", "Last-Event-ID: 1\r\n", [2, 3]),
            ("/events", "Last-Event-ID:\r\n", [3]),
        ])
    func resumes(path: String, fields: String, expected: [Int]) throws {
        add(3)
        let wire = try wire()
        try wire.send(get(path, fields))
        #expect(ids(wire.socket.received) == expected)
        #expect(!wire.socket.received.contains("event: gap"))
    }

    @Test(
        "what is lost is said; an id that is not ours loses nothing that is kept", arguments: ["1", "9999", "x", "-1"])
    func gap(id: String) throws {
        add(1_030)
        let wire = try wire()
        try wire.send(get("/events", "Last-Event-ID: \(id)\r\n"))
        let text = wire.socket.take()
        #expect(text.contains("\r\n\r\nretry: 2000\n\nevent: gap\ndata: {\"after\":"))
        #expect(text.contains(",\"first\":7}\n\nid: 7\nevent: k\n"))
        #expect(ids(text) == Array(7...1_030))
    }

    @Test func heartbeats() throws {
        let wire = try wire()
        try wire.send(get("/events"))
        _ = wire.socket.take()
        for _ in 0..<3 {
            wire.advance(.milliseconds(14_999))
            #expect(wire.socket.received == "")
            wire.advance(.milliseconds(1))
            #expect(wire.socket.take() == ":\n\n")
        }
        #expect(wire.isOpen)
    }

    @Test("RFC 9110 §9.3.2: HEAD takes no place and leaves the connection open")
    func head() throws {
        let wire = try wire()
        try wire.send("HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/healthz"))
        #expect(wire.statuses == [200, 200])
        #expect(wire.socket.received.hasSuffix("\r\n\r\nok"))
        #expect(!wire.socket.received.contains("retry"))
        #expect(!wire.socket.received.contains("Connection: close"))
        #expect(counters.streams == 0)
    }

    @Test("requests before a stream are answered in order, those behind it never; what comes in is bounded")
    func pipelining() throws {
        let wire = try wire()
        try wire.send(get("/healthz") + get("/nothing") + get("/events") + get("/healthz"))
        #expect(wire.statuses == [200, 404, 200])
        try wire.send(get("/healthz"))
        wire.advance(.milliseconds(200))
        #expect(wire.statuses == [200, 404, 200])
        for _ in 0..<64 { try wire.send(String(repeating: "x", count: 16_384)) }
        #expect(!wire.isOpen)
        #expect(wire.inputCapacity <= 65_536)
        #expect(counters.streams == 0)
    }

    @Test func theDeadlinesOfRequestsDoNotEndIt() throws {
        let wire = try wire()
        try wire.send(get("/events"))
        for _ in 0..<100 { wire.advance(.seconds(15)) }
        #expect(wire.isOpen)
        #expect(wire.statuses == [200])
    }

    @Test("a client that shuts its direction is done with the stream, once it has what there is")
    func inputEnds() throws {
        add(3)
        let wire = try wire()
        wire.socket.takes = false
        try wire.send(get("/events?after=0"))
        wire.endInput()
        #expect(wire.isOpen)
        #expect(counters.streams == 0)
        wire.socket.take(.max)
        #expect(ids(wire.socket.received) == [1, 2, 3])
        #expect(!wire.isOpen)
    }

    @Test("a client that takes nothing: bounded memory, and cut off when 256 events wait beside it")
    func slowReader() throws {
        let wire = try wire()
        wire.socket.takes = false
        try wire.send(get("/events"))
        add(256, text: String(repeating: "x", count: 1_000))
        wire.advance(.milliseconds(100))
        // One page of 64 over the bound, then nothing.
        let waiting = wire.socket.waitingBytes
        #expect(waiting > 32 * 1_024 && waiting < 150_000)
        #expect(wire.isOpen)
        add(64)
        wire.advance(.milliseconds(100))
        #expect(wire.socket.waitingBytes == waiting)
        #expect(wire.isOpen)
        add(1)
        wire.advance(.milliseconds(100))
        #expect(!wire.isOpen)
        #expect(AdminCounters.value(counters.streamsCut) == 1)
        #expect(counters.streams == 0)
    }

    @Test func aSlowReaderThatKeepsUpIsServedToTheEnd() throws {
        let wire = try wire()
        wire.socket.takes = false
        try wire.send(get("/events"))
        for _ in 0..<50 {
            add(100, text: String(repeating: "x", count: 500))
            wire.advance(.milliseconds(100))
            wire.socket.take(.max)
            wire.advance(.milliseconds(100))
            wire.socket.take(.max)
        }
        #expect(wire.isOpen)
        #expect(ids(wire.socket.received) == Array(0...5_000))
    }

    @Test func aStalledReaderIsCutOffWithoutEvents() throws {
        let wire = try wire()
        wire.socket.takes = false
        try wire.send(get("/events"))
        wire.advance(.milliseconds(9_999))
        #expect(wire.isOpen)
        wire.advance(.milliseconds(1))
        #expect(!wire.isOpen)
        #expect(AdminCounters.value(counters.stalls) == 1)
    }

    @Test("the 17th stream is refused; a place that comes free can be taken")
    func places() throws {
        var wires: [Wire] = []
        for _ in 0..<16 {
            wires.append(try wire())
            try wires.last!.send(get("/events"))
            #expect(wires.last!.statuses == [200])
        }
        let late = try wire()
        try late.send(get("/events") + get("/healthz"))
        #expect(late.statuses == [503, 200])
        #expect(late.socket.received.contains("\r\nRetry-After: 5\r\n"))
        #expect(AdminCounters.value(counters.streamsRefused) == 1)
        wires.removeLast()
        try late.send(get("/events"))
        #expect(late.statuses == [503, 200, 200])
        #expect(counters.streams == 16)
    }
}
