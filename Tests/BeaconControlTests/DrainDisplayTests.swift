import BeaconBasics
import Testing

@testable import BeaconControl

@Suite struct DrainDisplayTests {
    private static let erase = "\r\u{1B}[K"
    private static let plain = TextStyle(isTerminal: false) { _ in nil }
    private static let terminal = TextStyle(isTerminal: true) { $0 == "TERM" ? "xterm" : $0 == "NO_COLOR" ? "1" : nil }
    private static let colour = TextStyle(isTerminal: true) { $0 == "TERM" ? "xterm" : nil }

    private func reading(left: Int, lost: Int = 0) -> DrainReading {
        var reading = DrainReading(.draining)
        (reading.nodesAtStart, reading.nodesLeft, reading.nodesMoved, reading.nodesExpired) = (100, left, 95 - left, 5)
        (reading.leftSeconds, reading.elapsedSeconds, reading.framesForwarded, reading.framesLost) = (61, 9.6, 77, lost)
        (reading.busiest, reading.othersServing) = ([17, 4], 2)
        return reading
    }

    @Test("in a log: a line when there is news, and every ten seconds")
    func lines() {
        var display = DrainDisplay(Self.plain)
        func show(_ left: Int, _ seconds: UInt64) -> String {
            display.show(reading(left: left), at: Moment(nanoseconds: seconds * 1_000_000_000), columns: 80)
        }
        let line = "draining: 30 of 100 nodes left, 61 s to the deadline; 77 frames forwarded, 0 lost\n"
        #expect(show(30, 0) == line)
        #expect(show(30, 9) == "")
        #expect(show(30, 10) == line)
        #expect(show(29, 11).hasPrefix("draining: 29 of 100"))
        #expect(DrainDisplay.ordered(reading(left: 30)) == line)
    }

    @Test func terminal() {
        var display = DrainDisplay(Self.terminal)
        let bar = "draining [######----]  40 of 100 left  1:01  77 forwarded  0 lost"
        let text = display.show(reading(left: 40), at: Moment(nanoseconds: 0), columns: 66)
        #expect(text == Self.erase + bar)
        #expect(display.show(reading(left: 40), at: Moment(nanoseconds: 0), columns: 66) == text)
    }

    @Test(
        "never as long as the terminal is wide, whatever its width", arguments: [0, 1, 2, 10, 20, 30, 40, 60, 80, 300])
    func fits(columns: Int) {
        for left in [0, 1, 50, 100] {
            let text = DrainBar.text(reading(left: left), columns: columns, Self.terminal)
            #expect(text.count <= max(0, columns - 1))
            #expect(columns < 3 || text.contains("\(left)"))
        }
    }

    @Test("who waits is told that it is in vain", arguments: [nil, 0])
    func hopeless(others: Int?) {
        var reading = reading(left: 30)
        reading.othersServing = others
        #expect(DrainDisplay.ordered(reading).hasSuffix(" 0 lost; there is no other beacon to move to\n"))
        #expect(DrainBar.text(reading, columns: 120, Self.terminal).hasSuffix("  1:01  no other beacon  0 lost"))
        reading.nodesLeft = 0
        #expect(DrainDisplay.ordered(reading).hasSuffix(" 0 lost\n"))
    }

    @Test func doubtfulFramesAreShownIfThereAreAny() {
        var reading = reading(left: 30)
        reading.framesDoubtful = 3
        #expect(DrainDisplay.ordered(reading).hasSuffix("; 77 frames forwarded, 3 doubtful, 0 lost\n"))
    }

    @Test func aBarGrows() {
        func marks(_ left: Int) -> Int {
            DrainBar.text(reading(left: left), columns: 200, Self.terminal).filter { $0 == "#" }.count
        }
        #expect([100, 50, 1, 0].map(marks) == [0, 20, 39, 40])
    }

    @Test(
        "how it ended",
        arguments: [
            (
                DrainEnd.drained(DrainReading(.left)),
                "drained: 0 of 0 nodes moved, 0 expired in 0 s; 0 frames forwarded, 0 lost\n"
            ),
            (
                .cancelled(DrainReading(.serving)),
                "cancelled: 0 of 0 nodes moved, 0 expired in 0 s; 0 frames forwarded, 0 lost\n"
            ),
            (.lost(reason: "it closed"), "lost: it closed\n"),
        ])
    func ends(end: DrainEnd, expected: String) {
        #expect(DrainDisplay(Self.plain).end(end) == expected)
        #expect(DrainDisplay(Self.terminal).end(end) == Self.erase + expected)
    }

    @Test func theDeadlineNamesWhoIsLeft() {
        #expect(
            DrainDisplay(Self.plain).end(.deadline(reading(left: 2)))
                == "deadline: 2 nodes left, the busiest: 17, 4; 93 of 100 nodes moved, 5 expired in 10 s; "
                + "77 frames forwarded, 0 lost\n")
    }

    @Test("colours are red for what is bad, and only where they are wanted")
    func colours() {
        let red = "\u{1B}[31m3 lost\u{1B}[0m"
        #expect(DrainBar.text(reading(left: 1, lost: 3), columns: 120, Self.colour).contains(red))
        #expect(!DrainBar.text(reading(left: 1, lost: 0), columns: 120, Self.colour).contains("[31m"))
        #expect(!DrainBar.text(reading(left: 1, lost: 3), columns: 120, Self.terminal).contains("\u{1B}"))
        #expect(!DrainDisplay(Self.plain).end(.lost(reason: "x")).contains("\u{1B}"))
    }
}
