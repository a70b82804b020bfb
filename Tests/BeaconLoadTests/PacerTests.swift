import BeaconBasics
import BeaconLoadKit
import BeaconPrinting
import Testing

struct PacerTests {
    private let start = Moment(nanoseconds: 5_000_000_000)

    /// The pacer behind a reference: `#expect` takes no mutating call.
    private final class Box {
        private var pacer: Pacer

        init(_ pacer: Pacer) { self.pacer = pacer }

        var shed: Double { pacer.shed }
        func room(inFlight: Int, at now: Moment) -> Int { pacer.room(inFlight: inFlight, at: now) }
        func spend(_ count: Int) { pacer.spend(count) }
    }

    private func makePacer(_ pace: Pace, quantum: Int = 1) -> Box {
        Box(Pacer(pace, quantum: quantum, limit: 64, at: start))
    }

    @Test(arguments: [(0, 64), (448, 64), (449, 0), (512, 0), (600, 0)])
    func `A closed loop sends full batches into its window`(inFlight: Int, room: Int) {
        let pacer = makePacer(.window(512), quantum: 64)
        #expect(pacer.room(inFlight: inFlight, at: start) == room)
    }

    @Test func `Room is a multiple of the quantum`() {
        let pacer = makePacer(.window(512), quantum: 16)
        #expect(pacer.room(inFlight: 512 - 40, at: start) == 32)
        #expect(pacer.room(inFlight: 512 - 15, at: start) == 0)
    }

    @Test func `An open loop earns its rate, and ignores what is in flight`() {
        let pacer = makePacer(.rate(1000))
        #expect(pacer.room(inFlight: 1 << 20, at: start) == 0)
        #expect(pacer.room(inFlight: 1 << 20, at: start + .milliseconds(3)) == 3)
        pacer.spend(3)
        #expect(pacer.room(inFlight: 0, at: start + .milliseconds(3)) == 0)
        #expect(pacer.room(inFlight: 0, at: start + .milliseconds(4)) == 1)
    }

    @Test func `An open loop loses no fraction over many small steps`() {
        let pacer = makePacer(.rate(333))
        var sent = 0
        for step in 1...10_000 {
            let room = pacer.room(inFlight: 0, at: start + .milliseconds(UInt64(step)))
            pacer.spend(room)
            sent += room
        }
        #expect((3329...3330).contains(sent))
        #expect(pacer.shed == 0)
    }

    @Test func `A burst leaves as a whole`() {
        let pacer = makePacer(.rate(1000), quantum: 16)
        #expect(pacer.room(inFlight: 0, at: start + .milliseconds(15)) == 0)
        #expect(pacer.room(inFlight: 0, at: start + .milliseconds(17)) == 16)
    }

    @Test func `What a stalled load cannot catch up with is shed and counted`() {
        let pacer = makePacer(.rate(10_000))
        #expect(pacer.room(inFlight: 0, at: start + .seconds(1)) == 64)
        #expect(pacer.shed == 10_000 - 10_000 * Pacer.backlog)
    }

    @Test(arguments: [Pace.window(0), .window(1_000_001), .rate(0), .rate(-1), .rate(.nan), .rate(2e8)])
    func `Paces that make no sense are refused`(pace: Pace) {
        #expect(pace.fault != nil)
    }
}
