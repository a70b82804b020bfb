import BeaconBasics
import BeaconDirectory
import BeaconTestKit
import Synchronization
import Testing

@testable import BeaconRelay

@Suite struct FleetLinkTests {
    private let wakes = WakeCount()

    private func link() -> FleetLink {
        let table = DirectoryTable(capacity: 16, hash: KeyedHash(k0: 1, k1: 3))
        return FleetLink(directory: table, keys: MeshKeys(), wake: { [wakes] in wakes.add() })
    }

    private func claim(_ node: UInt32) -> FleetRequest { .claim(NodeID(node), by: peer(1)) }

    @Test func theLoopIsWokenOnceForWhatItHasNotDrained() {
        let link = link()
        link.flush()
        #expect(wakes.value == 0, "for nothing")
        #expect(link.offer(claim(1)))
        #expect(wakes.value == 0, "not under the caller's lock")
        link.flush()
        link.flush()
        link.changed(NodeID(5), .registered)
        link.flush()
        #expect(wakes.value == 1)
        #expect(link.drainRequests() == [claim(1)])
        #expect(link.drainChanges(limit: 9).changes == [RegistryChange(NodeID(5), .registered)])
        link.changed(NodeID(5), .gone)
        link.flush()
        #expect(wakes.value == 2)
    }

    /// One kind of request cannot take another's room.
    @Test func everyKindHasRoomOfItsOwn() {
        let link = link()
        for node in 0..<UInt32(FleetLink.requestCapacity) { #expect(link.offer(claim(node))) }
        #expect(!link.offer(claim(0)))
        #expect(link.offer(.probed(ProbeToken(1), .gone)))
        #expect(link.counters.claimsRefused == 1 && link.counters.proofsLost == 0)
        #expect(link.drainRequests().count == FleetLink.requestCapacity + 1)
        #expect(link.offer(claim(0)))
    }

    /// Whoever drains after a wake gets everything that was offered before it, whatever the threads do.
    @Test func nothingIsLeftBehind() {
        let link = link()
        let drained = WakeCount()
        let offered = WakeCount()
        let faults = race(readers: 2) { _ in
            for _ in link.drainRequests() { drained.add() }
        } read: { _ in
            var refused = 0
            for node in 0..<UInt32(20_000) {
                if link.offer(.claim(NodeID(node), by: peer(1))) { offered.add() } else { refused += 1 }
                link.flush()
            }
            return refused < 0 ? 1 : 0
        }
        for _ in link.drainRequests() { drained.add() }
        #expect(faults == 0)
        #expect(drained.value == offered.value)
        #expect(UInt64(40_000 - offered.value) == link.counters.claimsRefused)
    }
}
