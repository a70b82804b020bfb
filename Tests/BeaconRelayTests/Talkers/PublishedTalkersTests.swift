import BeaconBasics
import BeaconTestKit
import Synchronization
import Testing

@testable import BeaconRelay

@Suite struct PublishedTalkersTests {
    /// The one writer's talkers. Only the writer's thread touches them.
    private final class Writer: @unchecked Sendable {
        var talkers = Talkers(hash: KeyedHash(k0: 1, k1: 3))
    }

    /// Readers beside a writer that publishes after each frame: what they get is one state, whose sums agree.
    @Test func noReaderSeesHalfAPublication() {
        let (published, writer) = (PublishedTalkers(), Writer())
        let faults = race(
            readers: 2,
            write: { turn in
                writer.talkers.beginBatch(at: Moment(nanoseconds: turn * 20_000_000))
                for number in 0..<20 as Range<UInt32> where writer.talkers.wantsFrame() {
                    let node = NodeID(UInt32(truncatingIfNeeded: turn) % 90 + number)
                    writer.talkers.add(from: Address(ipv4: 1, port: 2), node, to: node, bytes: 10)
                }
                published.write(writer.talkers)
            },
            read: { _ in
                (0..<300).reduce(0) { faults, _ in faults + Self.faults(published.read()) }
            })
        #expect(faults == 0)
        #expect(published.read().windows.count == 2)
    }

    private static func faults(_ reading: TalkerReading) -> Int {
        reading.windows.count { window in
            window.sketches.contains { sketch in
                sketch.packets.rows.reduce(0) { $0 + $1.count } != window.packets
                    || sketch.bytes.rows.reduce(0) { $0 + $1.count } != window.bytes
            }
        }
    }
}
