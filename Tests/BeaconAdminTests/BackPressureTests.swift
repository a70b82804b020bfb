import BeaconBasics
import BeaconHTTP
import Testing

@testable import BeaconAdmin

/// Clients that ask and do not take the answer.
@Suite struct BackPressureTests {
    private let answer = String(repeating: "x", count: 100_000)

    @Test("no further request is answered, and nothing more is read, while too much is unsent")
    func stopsAnswering() throws {
        let wire = try Wire(answer: answer)
        wire.socket.takes = false
        try wire.send(String(repeating: get("/a"), count: 50))
        #expect(wire.asked.count == 3)
        #expect(wire.socket.waitingBytes < 256 * 1_024 + 101_000)
        let reads = wire.socket.reads
        try wire.send(String(repeating: get("/b"), count: 50))
        #expect(wire.asked.count == 3)
        #expect(wire.socket.reads == reads)
    }

    @Test("memory for input does not grow with what has been read, whole requests or not")
    func inputIsBounded() throws {
        let wire = try Wire()
        let stream = String(repeating: get("/a", "X: \(String(repeating: "x", count: 1_000))\r\n"), count: 1_000)
        var rest = stream[...]
        while !rest.isEmpty {
            try wire.send(String(rest.prefix(1_500)))
            rest = rest.dropFirst(1_500)
        }
        #expect(wire.asked.count == 1_000)
        #expect(wire.inputCapacity <= 4_096)
    }

    @Test func goesOnWhenThereIsRoom() throws {
        let wire = try Wire(answer: answer)
        wire.socket.takes = false
        try wire.send(String(repeating: get("/a"), count: 50))
        let reads = wire.socket.reads
        wire.socket.take(7)
        wire.run()
        #expect(wire.asked.count == 4)
        wire.socket.takes = true
        wire.socket.take(.max)
        wire.run()
        #expect(wire.asked.count == 50)
        #expect(wire.statuses.count == 50)
        #expect(wire.socket.reads > reads)
    }

    @Test func aStalledClientIsCutOff() throws {
        let wire = try Wire(answer: answer)
        wire.socket.takes = false
        try wire.send(get("/a"))
        wire.advance(.milliseconds(9_999))
        #expect(wire.isOpen)
        wire.advance(.milliseconds(1))
        #expect(!wire.isOpen)
        #expect(AdminCounters.value(wire.counters.stalls) == 1)
    }

    @Test("a slow client that takes 16 KiB every 9 s is served to the end, and only then idle")
    func aSlowClientIsNotCutOff() throws {
        let wire = try Wire(answer: answer)
        wire.socket.takes = false
        try wire.send(get("/a"))
        while wire.socket.waitingBytes > 0 {
            wire.advance(.seconds(9))
            #expect(wire.isOpen)
            wire.socket.take(1)
            wire.run()
        }
        #expect(wire.socket.received.hasSuffix("x"))
        wire.advance(.milliseconds(59_999))
        #expect(wire.isOpen)
        wire.advance(.milliseconds(1))
        #expect(!wire.isOpen)
        #expect(AdminCounters.value(wire.counters.stalls) == 0)
    }

    @Test func theLastAnswerIsSentBeforeTheClose() throws {
        let wire = try Wire(answer: answer)
        wire.socket.takes = false
        try wire.send(get("/a", "Connection: close\r\n"))
        #expect(!wire.socket.outputIsShut)
        wire.socket.take(6)
        #expect(!wire.socket.outputIsShut)
        wire.socket.take(1)
        #expect(wire.socket.outputIsShut)
        #expect(wire.socket.waitingBytes == 0)
    }

    @Test("a stalled client may say nothing in the meantime: its head has no clock while it may not be read")
    func noHeadClockWhileHeld() throws {
        let wire = try Wire(answer: String(repeating: "x", count: 300_000))
        wire.socket.takes = false
        try wire.send(get("/a") + "GET /b HT")
        wire.advance(.seconds(9))
        wire.socket.take(.max)
        wire.run()
        wire.advance(.milliseconds(4_999))
        #expect(wire.statuses == [200])
        wire.socket.takes = true
        wire.advance(.milliseconds(1))
        #expect(wire.statuses == [200, 408])
    }
}
