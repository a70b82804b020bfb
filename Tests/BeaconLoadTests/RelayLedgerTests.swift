import BeaconBasics
import BeaconLoadKit
import Testing

struct RelayLedgerTests {
    /// A ledger and the beacon in between, behind a reference: `#expect` takes no mutating call.
    private final class Wire {
        private var ledger: RelayLedger

        init(nodes: Int = 6, receivers: Int = 3, senders: Int = 2, payload: Int = 60) {
            var plan = RelayPlan()
            plan.nodes = nodes
            plan.receivers = receivers
            plan.senders = senders
            plan.payload = payload
            var dice = SeededRandom(seed: 1)
            ledger = RelayLedger(plan, using: &dice)
        }

        var tally: RelayTally { ledger.tally }

        /// Sends a frame; what a beacon makes of it: 05 sender dest payload -> 06 sender payload.
        func send(from sender: Int = 0, to destination: Int) -> [UInt8] {
            var frame = [UInt8](repeating: 0, count: ledger.plan.frameSize)
            frame.withUnsafeMutableBytes { buffer in
                var span = buffer.mutableBytes
                ledger.writeFiller(to: &span)
                ledger.write(to: &span, sender: sender, destination: destination, at: Moment(nanoseconds: 77))
            }
            ledger.sent(1)
            return [6] + frame[1..<5] + frame[9...]
        }

        func accept(_ datagram: [UInt8], at socket: Int) -> FrameStamp? {
            datagram.withUnsafeBytes { ledger.accept($0.bytes, at: socket) }
        }
    }

    @Test func `A frame is known again at its destination's socket`() {
        let wire = Wire()
        let frame = wire.send(from: 1, to: 4)
        #expect(wire.accept(frame, at: 1)?.sentAt == Moment(nanoseconds: 77))
        #expect(wire.tally.sent == 1 && wire.tally.delivered == 1 && !wire.tally.isWrong)
    }

    @Test(arguments: [24, 60])
    func `Every flipped bit, every cut and every longer frame is corruption`(payload: Int) {
        let wire = Wire(payload: payload)
        let frame = wire.send(to: 0)
        var wrong: [[UInt8]] = [frame + [0]]
        for bit in 8..<frame.count * 8 {
            wrong.append(frame)
            wrong[wrong.count - 1][bit / 8] ^= 1 << (bit % 8)
        }
        wrong += (1..<frame.count).map { Array(frame[..<$0]) }
        for bytes in wrong { #expect(wire.accept(bytes, at: 0) == nil) }
        #expect(wire.tally.corrupted == UInt64(wrong.count))
        #expect(wire.accept(frame, at: 0) != nil, "the true one may still come")
    }

    @Test func `Another node's socket is a misdelivery`() {
        let wire = Wire()
        let frame = wire.send(to: 5)
        #expect(wire.accept(frame, at: 0) == nil)
        #expect(wire.tally.misdelivered == 1 && wire.tally.lost == 1)
        #expect(wire.accept(frame, at: 2) != nil)
        #expect(wire.tally.lost == 0)
    }

    @Test func `Order is kept for each sender and destination apart`() {
        let wire = Wire()
        let frames = [wire.send(to: 0), wire.send(to: 0), wire.send(from: 1, to: 0), wire.send(to: 3)]
        for index in [3, 2, 1, 0, 0] { _ = wire.accept(frames[index], at: 0) }
        #expect(wire.tally.reordered == 1 && wire.tally.duplicated == 1)
        #expect(wire.tally.delivered == 4 && wire.tally.corrupted == 0)
    }

    @Test(arguments: [
        ("02047f000001c351", true), ("04047f000001c351", true), ("02047f000001c3", false), ("0a01", false),
    ])
    func `A beacon's other messages are no frames, and no fault if they are whole`(hex: String, isControl: Bool) {
        let wire = Wire()
        #expect(wire.accept(bytes(hex), at: 0) == nil)
        #expect(wire.tally.unrelated == (isControl ? 1 : 0))
        #expect(wire.tally.corrupted == (isControl ? 0 : 1))
    }
}
