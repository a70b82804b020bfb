import BeaconJSON
import Testing

@testable import BeaconControl

@Suite struct DrainReadingTests {
    static let line = """
        {"state":"draining","then":"stay","began_at":1700000100.25,"elapsed_seconds":10.5,"deadline_seconds":130.0,\
        "left_seconds":119.5,"nodes":{"at_start":100,"left":30,"moved":65,"expired":5,"refused":3},"others_serving":2,\
        "active_pairs":null,"frames":{"forwarded":77,"repeated":8,"doubtful":6,"lost":1},"busiest":[{"node":17,"frames":9,"bytes":1},\
        {"node":4,"frames":8,"bytes":1}],"blockers":["30 nodes have not moved"]}
        """

    private func reading(_ text: String) throws -> DrainReading? {
        DrainReading(try JSONReader.read(Array(text.utf8)))
    }

    @Test func reads() throws {
        let reading = try #require(try reading(Self.line))
        #expect(reading.state == .draining && reading.stays && reading.beganAt == 1_700_000_100.25)
        #expect((reading.elapsedSeconds, reading.leftSeconds) == (10.5, 119.5))
        #expect((reading.nodesAtStart, reading.nodesLeft, reading.nodesMoved, reading.nodesExpired) == (100, 30, 65, 5))
        #expect((reading.framesForwarded, reading.framesRepeated, reading.framesLost) == (77, 8, 1))
        #expect(reading.framesDoubtful == 6 && reading.othersServing == 2 && !reading.isHopeless)
        #expect(reading.busiest == [17, 4] && reading.blockers == ["30 nodes have not moved"])
    }

    @Test("nulls are what a beacon says before its first drain")
    func nulls() throws {
        let text = #"{"state":"serving","began_at":null,"left_seconds":null,"nodes":{"left":0,"at_start":0}}"#
        #expect(try reading(text) == DrainReading(.serving))
    }

    @Test(arguments: [
        "{}", "[]", "7", #"{"state":"draining"}"#, #"{"state":"gone","nodes":{"left":1}}"#,
        #"{"state":"left","nodes":{"left":"1"}}"#, #"{"state":"left","nodes":{"left":1.5}}"#,
    ])
    func refuses(text: String) throws {
        #expect(try reading(text) == nil)
    }

    @Test(arguments: [(0, 0, 1.0), (10, 10, 0.0), (10, 4, 0.6), (10, 0, 1.0), (10, 12, 0.0)])
    func progress(atStart: Int, left: Int, expected: Double) {
        var reading = DrainReading(.draining)
        (reading.nodesAtStart, reading.nodesLeft) = (atStart, left)
        #expect(reading.progress == expected)
    }
}
