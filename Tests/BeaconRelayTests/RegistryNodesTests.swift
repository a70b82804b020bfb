import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct RegistryNodesTests {
    @Test func aRecordSaysWhatIsKnown() {
        let beacon = Beacon { $0.requiresGrants = true }
        beacon.receive("08·00000007·" + String(repeating: "ab", count: 32), from: peer(1))
        beacon.clock.advance(.milliseconds(1_234))
        beacon.register(7, at: peer(2))
        #expect(
            beacon.registry.node(NodeID(7), at: beacon.clock.now)
                == NodeRecord(
                    id: NodeID(7), endpoint: Endpoint(address: peer(1)), age: .milliseconds(1_234),
                    wantsDestination: true,
                    proven: false, hasKey: true, claimant: peer(2)))
        #expect(beacon.registry.node(NodeID(8), at: beacon.clock.now) == nil)
    }

    @Test(arguments: [1, 7, 100, 1_000])
    func pagesTogetherAreTheWholeTable(limit: Int) {
        let beacon = Beacon()
        for node in UInt32(1)...200 { beacon.register(node, at: peer(UInt16(node))) }
        beacon.pass(.seconds(300))
        for node in UInt32(1)...200 where node % 3 == 0 { beacon.register(node, at: peer(UInt16(node))) }
        beacon.pass(.seconds(301))
        let expected = (UInt32(1)...200).filter { $0 % 3 == 0 }
        var found: [UInt32] = []
        var ids: [UInt32] = []
        var position: Int? = 0
        while let start = position {
            let page = beacon.registry.nodes(from: start, limit: limit, at: beacon.clock.now)
            #expect(page.records.count <= limit)
            found += page.records.map(\.id.rawValue)
            position = page.next
        }
        position = 0
        while let start = position {
            let page = beacon.registry.nodeIDs(from: start, limit: limit)
            #expect(page.ids.count <= limit)
            ids += page.ids.map(\.rawValue)
            position = page.next
        }
        #expect(found.sorted() == expected)
        #expect(ids.sorted() == expected)
    }

    /// A page of a table that has emptied costs a bounded look, not the table.
    @Test func anEmptyStretchEndsAPage() {
        let beacon = Beacon()
        for node in UInt32(1)...1_000 { beacon.register(node, at: peer(1)) }
        beacon.pass(.seconds(601))
        #expect(beacon.registry.nodes(from: 0, limit: 2, at: beacon.clock.now).next == 128)
        #expect(beacon.registry.nodes(from: 1_000, limit: 2, at: beacon.clock.now).next == nil)
        #expect(beacon.registry.nodes(from: 5_000, limit: 2, at: beacon.clock.now).next == nil)
    }

    @Test func aNodeIsNotifiedOnceASecond() {
        let beacon = Beacon()
        beacon.register(7, at: peer(1))
        let home = Endpoint(address: peer(1))
        #expect(beacon.registry.notify(NodeID(8), at: beacon.clock.now) == .unknown)
        #expect(beacon.registry.notify(NodeID(7), at: beacon.clock.now) == .send(home))
        beacon.clock.advance(.milliseconds(999))
        for _ in 0..<20 { #expect(beacon.registry.notify(NodeID(7), at: beacon.clock.now) == .recently) }
        beacon.clock.advance(.milliseconds(1))
        #expect(beacon.registry.notify(NodeID(7), at: beacon.clock.now) == .send(home))
        #expect(beacon.registry.counters.notified == 2)
    }

    @Test func aMoveKeepsTheTimeOfTheLastNotifyAndForgettingLosesIt() {
        let beacon = Beacon { $0.policy = .reference }
        beacon.register(7, at: peer(1))
        beacon.pass(.seconds(30))
        _ = beacon.registry.notify(NodeID(7), at: beacon.clock.now)
        beacon.register(7, at: peer(2))
        #expect(beacon.registry.notify(NodeID(7), at: beacon.clock.now) == .recently)
        beacon.pass(.milliseconds(600_001))
        beacon.register(7, at: peer(2))
        #expect(beacon.registry.notify(NodeID(7), at: beacon.clock.now) == .send(Endpoint(address: peer(2))))
    }
}
