import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct NodeNewsTests {
    @Test func contestedAndMoved() {
        let beacon = Beacon()
        beacon.register(7, at: peer(1))
        beacon.register(7, at: peer(2))
        beacon.pass(.milliseconds(1))
        _ = beacon.registry.proof(from: peer(1), at: beacon.clock.now)
        beacon.register(7, at: peer(3))
        beacon.pass(.seconds(2))
        beacon.register(7, at: peer(3))
        beacon.pass(.milliseconds(500))
        #expect(beacon.address(of: 7) == peer(3))
        let (news, leftOut) = beacon.registry.drainNews()
        #expect(
            news == [
                NodeNews(NodeID(7), .contested, holder: peer(1), other: peer(2)),
                NodeNews(NodeID(7), .moved, holder: peer(1), other: peer(3)),
            ])
        #expect(leftOut == 0)
        #expect(beacon.registry.drainNews().news.isEmpty, "told once")
    }

    @Test func idZeroIsNoNews() {
        let beacon = Beacon()
        beacon.register(0, at: peer(1))
        beacon.register(0, at: peer(2))
        #expect(beacon.registry.drainNews().news.isEmpty)
    }

    @Test func aFloodIsAFewAndANumber() {
        var buffer = NewsBuffer()
        for node in UInt32(0)..<100 {
            buffer.add(NodeNews(NodeID(node), .moved, holder: nil, other: peer(1)))
        }
        let (news, leftOut) = buffer.drain()
        #expect(news.map(\.node.rawValue) == Array(0..<UInt32(NewsBuffer.capacity)))
        #expect(leftOut == UInt64(100 - NewsBuffer.capacity))
        #expect(buffer.drain().leftOut == 0)
    }
}
