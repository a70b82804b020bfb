import BeaconBasics
import Testing

@testable import BeaconAdmin

/// A drain that is watched, under a clock that the test moves.
@Suite struct DrainWatchTests {
    private let backend = FakeBackend()
    private let counters = AdminCounters()

    private func watch(_ query: String = "?watch=1s", _ fields: String = "") throws -> Wire {
        let wire = try Wire(backend, counters: counters)
        try wire.send(get("/drain\(query)", fields))
        return wire
    }

    private func set(_ status: DrainStatus) { backend.edit { $0.drain = status } }

    private func body(_ wire: Wire) -> Substring {
        let text = wire.socket.received
        return text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] } ?? ""
    }

    /// `nodes.left` of each line of JSON.
    private func left(_ text: some StringProtocol) -> [Int] {
        text.split(separator: "\n").filter { $0.hasPrefix("{\"state\":") }.compactMap { line in
            line.firstRange(of: "\"left\":").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
        }
    }

    @Test("a line at once and at every interval; left is its end")
    func untilLeft() throws {
        set(.sample(left: 3))
        let wire = try watch()
        #expect(wire.socket.received.contains("\r\nContent-Type: application/x-ndjson\r\n"))
        #expect(wire.socket.received.contains("\r\nConnection: close\r\n"))
        #expect(left(body(wire)) == [3])
        #expect(counters.streams == 1)
        set(.sample(left: 2))
        wire.advance(.milliseconds(900))
        #expect(left(body(wire)) == [3])
        wire.advance(.milliseconds(100))
        #expect(left(body(wire)) == [3, 2])
        set(.sample(.left, left: 0))
        wire.advance(.milliseconds(100))
        #expect(left(body(wire)) == [3, 2, 0])
        #expect(wire.socket.outputIsShut)
        #expect(counters.streams == 0)
        wire.advance(.seconds(5))
        #expect(left(body(wire)) == [3, 2, 0])
    }

    @Test("cancelled is its end, and so is that nothing drains", arguments: [true, false])
    func untilServing(isCancelled: Bool) throws {
        if isCancelled { set(.sample()) }
        let wire = try watch()
        #expect(left(body(wire)).count == 1)
        set(DrainStatus())
        wire.advance(.milliseconds(100))
        #expect(left(body(wire)).count == (isCancelled ? 2 : 1))
        #expect(wire.socket.outputIsShut)
        #expect(wire.statuses == [200])
    }

    @Test("a table for people", arguments: [("?watch=2s&format=text", ""), ("?watch=2s", "Accept: text/plain\r\n")])
    func text(query: String, fields: String) throws {
        set(.sample())
        let wire = try watch(query, fields)
        #expect(wire.socket.received.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"))
        wire.advance(.seconds(2))
        let row =
            "draining  119.5         30          65           5              3              4             "
            + "77                8                6                0            30 nodes have not moved\n"
        let heading =
            "state     left_seconds  nodes.left  nodes.moved  nodes.expired  nodes.refused  active_pairs  "
            + "frames.forwarded  frames.repeated  frames.doubtful  frames.lost  blockers\n"
        #expect(body(wire) == heading + row + row)
    }

    @Test(arguments: ["watch=", "watch=0", "watch=99ms", "watch=61s", "watch=1s&watch=1s", "watch=x", "after=1"])
    func mistakes(query: String) throws {
        #expect(try watch("?\(query)").statuses == [400])
        #expect(counters.streams == 0)
    }

    @Test("HEAD takes no place")
    func head() throws {
        let wire = try Wire(backend, counters: counters)
        try wire.send("HEAD /drain?watch=1s HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(wire.statuses == [200])
        #expect(body(wire) == "")
        #expect(counters.streams == 0)
    }

    @Test("the places are those of the event streams")
    func places() throws {
        set(.sample())
        let wires = try (0..<16).map { $0 % 2 == 0 ? try watch() : try watch("?watch=60s") }
        #expect(counters.streams == 16)
        let late = try watch()
        #expect(late.statuses == [503])
        try late.send(get("/events"))
        #expect(late.statuses == [503, 503])
        withExtendedLifetime(wires) {}
    }

    @Test("a client that takes nothing costs a bounded number of lines and is cut off")
    func slowReader() throws {
        set(.sample())
        let wire = try Wire(backend, counters: counters)
        wire.socket.takes = false
        try wire.send(get("/drain?watch=100ms"))
        for _ in 0..<99 { wire.advance(.milliseconds(100)) }
        #expect(wire.isOpen)
        #expect(wire.socket.waitingBytes < 40_000)
        wire.advance(.milliseconds(100))
        #expect(!wire.isOpen)
        #expect(AdminCounters.value(counters.stalls) == 1)
        #expect(counters.streams == 0)
    }

    @Test("a slow client misses lines, but not the last")
    func theLastLineIsNotMissed() throws {
        set(.sample(left: 9))
        let wire = try Wire(backend, counters: counters)
        wire.socket.takes = false
        try wire.send(get("/drain?watch=100ms"))
        for _ in 0..<80 { wire.advance(.milliseconds(100)) }
        set(.sample(.left, left: 1))
        wire.advance(.milliseconds(100))
        wire.socket.take(.max)
        wire.advance(.milliseconds(100))
        wire.socket.take(.max)
        #expect(left(body(wire)).last == 1)
        #expect(wire.socket.outputIsShut)
    }
}
