import BeaconBasics
import BeaconCrypto
import Testing

@testable import BeaconCluster

/// Log heads go with pings and acks, and must not make an idle fleet's traffic grow with its size.
@Suite struct HeadsTests {
    @Test(arguments: [
        (fleet: 1, count: 20, heads: 16), (64, 20, 16), (64, 90, 16),
        // 132 bytes, 40 of them the seal's, 10 our own head.
        (65, 0, 7), (65, 16, 6), (65, 27, 5), (65, 82, 0), (65, 90, 0), (65, 1_000, 0), (10_000, 27, 5),
    ])
    func inALargeFleetTheyOnlyFillWhatIsLeft(fleet: Int, count: Int, heads: Int) {
        #expect(Cluster.otherHeads(besides: count, in: fleet) == heads)
    }

    /// Every beacon has a log to tell of; nothing else happens.
    @Test func anIdleFleetTellsOfSixteenOthersAtMost() {
        let network = FakeNetwork()
        let fleet = network.startFleet(20, joined: false)
        for beacon in fleet { network.act(beacon) { $0.registered(NodeID(100 + $0.me.beacon.rawValue), at: $1) } }
        let isComplete = network.wait(.seconds(20)) {
            fleet.allSatisfy { beacon in
                (1...20).allSatisfy { beacon.id.rawValue == $0 || beacon.route(100 + $0) == $0 }
            }
        }
        #expect(isComplete)
        network.pass(.seconds(20))
        for beacon in fleet { beacon.sent = [] }
        network.pass(.seconds(2))
        // A ping's own messages are 20 bytes or so.
        let limit = SealedHeader.overhead + 40 + (1 + Cluster.maximumHeads) * Cluster.headLength
        let sizes = fleet.flatMap(\.sent).map(\.bytes.count)
        #expect(sizes.count > 20 * 2)
        #expect(sizes.allSatisfy { $0 <= limit }, "the largest \(sizes.max() ?? 0), the limit \(limit)")
        // Eight bytes are the least that a head takes.
        #expect(sizes.contains { $0 >= SealedHeader.overhead + 8 * Cluster.maximumHeads })
    }
}
