import BeaconBasics
import BeaconHTTP
import NIOCore
import NIOEmbedded
import Testing

@testable import BeaconAdmin

/// One connection under a clock that the test moves.
@Suite struct ConnectionTests {
    /// As when the server stops in the moment of an accept: handler and context must not keep each other.
    @Test func aHandlerThatWasNeverActiveLetsItsContextGo() throws {
        let connection = Connection(.drop, limits: AdminLimits(), counters: AdminCounters(), unixSeconds: { 0 })
        let channel = EmbeddedChannel(handler: connection)
        let context = try channel.pipeline.syncOperations.context(handler: connection)
        #expect(connection.context === context)
        // What a pipeline tells its handlers when its channel ends; `channelInactive` comes only to active ones.
        connection.handlerRemoved(context: context)
        #expect(connection.context == nil)
    }

    @Test func answersAndStaysOpen() throws {
        let wire = try Wire()
        try wire.send(get("/a"))
        try wire.send(get("/b"))
        #expect(wire.asked == ["GET /a", "GET /b"])
        #expect(wire.statuses == [200, 200])
        #expect(wire.isOpen && !wire.socket.outputIsShut)
    }

    @Test("RFC 9112 §9.6: the connection is shut after the answer, and what comes later is not read")
    func closes() throws {
        let wire = try Wire()
        try wire.send(get("/a", "Connection: close\r\n") + get("/b"))
        #expect(wire.asked == ["GET /a"])
        #expect(wire.socket.received.contains("\r\nConnection: close\r\n"))
        #expect(wire.socket.outputIsShut && wire.isOpen)
        try wire.send(get("/c"))
        #expect(wire.asked == ["GET /a"])
        wire.endInput()
        #expect(!wire.isOpen)
    }

    @Test("RFC 9112 §9.3.2: pipelined requests are answered in order, one a turn")
    func pipelining() throws {
        let wire = try Wire()
        try wire.deliver(get("/a") + get("/b") + get("/c"))
        #expect(wire.asked == ["GET /a"])
        wire.run()
        #expect(wire.asked == ["GET /a", "GET /b", "GET /c"])
        #expect(wire.statuses == [200, 200, 200])
    }

    @Test("the clock of a head: 5 s from the connection's start or the first byte, whatever comes in between")
    func slowHead() throws {
        let wire = try Wire()
        for byte in get("/a").prefix(4) {
            wire.advance(.milliseconds(1_200))
            try wire.send(String(byte))
        }
        #expect(wire.statuses == [])
        wire.advance(.milliseconds(199))
        #expect(wire.statuses == [])
        wire.advance(.milliseconds(1))
        #expect(wire.statuses == [408])
        #expect(wire.socket.outputIsShut)
        #expect(AdminCounters.value(wire.counters.timeouts) == 1)
    }

    @Test func silenceFromTheStart() throws {
        let wire = try Wire()
        wire.advance(.seconds(5))
        #expect(wire.statuses == [408])
        wire.advance(.seconds(1))
        #expect(!wire.isOpen)
    }

    @Test("a second head has 5 s of its own, from its first byte")
    func slowSecondHead() throws {
        let wire = try Wire()
        try wire.send(get("/a"))
        wire.advance(.seconds(30))
        try wire.send("GE")
        wire.advance(.milliseconds(4_999))
        #expect(wire.statuses == [200])
        wire.advance(.milliseconds(1))
        #expect(wire.statuses == [200, 408])
    }

    @Test("half a head that came with the request before it runs on the same clock")
    func halfPipelined() throws {
        let wire = try Wire()
        try wire.send(get("/a") + "GET /b HT")
        wire.advance(.seconds(5))
        #expect(wire.statuses == [200, 408])
    }

    @Test func idleConnectionsEndInSilence() throws {
        let wire = try Wire()
        try wire.send(get("/a"))
        wire.advance(.milliseconds(59_999))
        #expect(wire.isOpen)
        wire.advance(.milliseconds(1))
        #expect(!wire.isOpen)
        #expect(wire.statuses == [200])
    }

    @Test func idleTimeBeginsAnewWithEachAnswer() throws {
        let wire = try Wire()
        for _ in 0..<3 {
            try wire.send(get("/a"))
            wire.advance(.seconds(59))
        }
        #expect(wire.isOpen)
        #expect(wire.statuses == [200, 200, 200])
    }

    @Test func slowBody() throws {
        let wire = try Wire()
        try wire.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<9 {
            wire.advance(.seconds(1))
            try wire.send("x")
        }
        #expect(wire.statuses == [])
        wire.advance(.seconds(1))
        #expect(wire.statuses == [408])
    }

    @Test("RFC 9110 §10.1.1: 100 is sent to who waits for it, and not when the body is here already")
    func expectContinue() throws {
        let head = "PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        let patient = try Wire()
        try patient.send(head)
        #expect(patient.socket.received == "HTTP/1.1 100 Continue\r\n\r\n")
        try patient.send("ok")
        #expect(patient.statuses == [100, 200])
        let eager = try Wire()
        try eager.send(head + "ok")
        #expect(eager.statuses == [200])
    }

    @Test func unreadableRequestsEndTheConnection() throws {
        let wire = try Wire()
        try wire.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n" + get("/a"))
        #expect(wire.statuses == [400])
        #expect(wire.asked.isEmpty)
        #expect(wire.socket.received.hasSuffix("\"status\": 400\n}\n"))
        #expect(wire.socket.outputIsShut)
        #expect(AdminCounters.value(wire.counters.unreadable) == 1)
    }

    @Test func headGetsNoBody() throws {
        let wire = try Wire()
        try wire.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(wire.socket.received.hasSuffix("Content-Length: 5\r\n\r\n"))
        try wire.send("HEAD /a HTTP/1.1\r\n\r\n")
        #expect(wire.statuses == [200, 400])
        #expect(wire.socket.received.hasSuffix("\r\n\r\n"))
    }

    @Test("RFC 9112 §9.3: HTTP/1.0 is told when the connection stays")
    func http10() throws {
        let wire = try Wire()
        try wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(wire.socket.received.contains("\r\nConnection: keep-alive\r\n"))
        try wire.send("GET / HTTP/1.0\r\n\r\n")
        #expect(wire.socket.received.contains("\r\nConnection: close\r\n"))
        #expect(wire.socket.outputIsShut)
    }

    @Test("a client may shut its direction behind the last request")
    func halfClose() throws {
        let wire = try Wire()
        try wire.deliver(get("/a") + get("/b"))
        wire.endInput()
        #expect(wire.statuses == [200, 200])
        #expect(!wire.isOpen)
    }

    @Test func whatComesBehindTheLastAnswerIsBounded() throws {
        var limits = AdminLimits()
        limits.lingerBytes = 1_000
        let wire = try Wire(limits: limits)
        try wire.send("junk\n")
        try wire.send(String(repeating: "x", count: 1_000))
        #expect(wire.isOpen)
        try wire.send("x")
        #expect(!wire.isOpen)
    }

    @Test(arguments: [false, true])
    func tooManyConnections(isFar: Bool) throws {
        let refusal = AdminService.response(to: Refusal(.serviceUnavailable, "too many connections"), format: .json)
        let wire = try Wire(isFar ? .drop : .refuse(refusal))
        #expect(wire.statuses == (isFar ? [] : [503]))
        #expect(wire.isOpen != isFar)
        wire.advance(.seconds(1))
        #expect(!wire.isOpen)
    }
}
