import BeaconBasics
import BeaconLoadKit
import Testing

struct InFlightTests {
    private let start = Moment(nanoseconds: 0)

    @Test func `Arrivals make room`() {
        var waiting = InFlight(at: start)
        waiting.sent(10, at: start)
        waiting.arrived(4, at: start)
        #expect(waiting.count == 6)
    }

    @Test func `Silence writes off what is missing, activity does not`() {
        var waiting = InFlight(at: start)
        waiting.sent(10, at: start + .seconds(9))
        waiting.arrived(1, at: start + .milliseconds(9200))
        waiting.writeOff(at: start + .milliseconds(9400))
        #expect(waiting.count == 9)
        waiting.writeOff(at: start + .milliseconds(9451))
        #expect(waiting.count == 0)
    }

    @Test func `The first frame after a pause has its full time`() {
        var waiting = InFlight(at: start)
        waiting.sent(1, at: start + .seconds(60))
        waiting.writeOff(at: start + .seconds(60))
        #expect(waiting.count == 1)
    }

    @Test func `What was written off frees nothing when it comes`() {
        var waiting = InFlight(at: start)
        waiting.sent(3, at: start)
        waiting.writeOff(at: start + .seconds(1))
        waiting.arrived(3, at: start + .seconds(1))
        #expect(waiting.count == 0)
        waiting.sent(2, at: start + .seconds(1))
        #expect(waiting.count == 2)
    }

    @Test func `Nothing new is no activity`() {
        var waiting = InFlight(at: start)
        waiting.sent(3, at: start)
        waiting.arrived(0, at: start + .milliseconds(200))
        waiting.writeOff(at: start + .milliseconds(300))
        #expect(waiting.count == 0)
    }
}
