import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

/// Registrations on their way into a snapshot and back.
@Suite struct RegistrySnapshotTests {
    private let key = [UInt8](repeating: 0xAB, count: 32)

    private func stored(_ beacon: Beacon, _ count: Int = 100) -> [StoredNode] {
        var nodes: [StoredNode] = []
        var position: Int? = 0
        while let from = position {
            position = beacon.registry.stored(from: from, count: count, at: beacon.clock.now) { nodes.append($0) }
        }
        return nodes
    }

    private func node(_ id: UInt32, at endpoint: Address, age: Delay = .seconds(1)) -> StoredNode {
        StoredNode(id: NodeID(id), endpoint: Endpoint(address: endpoint), age: age)
    }

    @Test func whatIsStoredIsRestoredUnproven() {
        let before = Beacon { $0.requiresGrants = true }
        before.receive("08·00000007·" + String(repeating: "ab", count: 32), from: peer(1))
        before.register(8, at: peer(2))
        before.register(8, at: peer(3))
        before.pass(.milliseconds(1))
        _ = before.registry.proof(from: peer(2), at: before.clock.now)
        before.pass(.milliseconds(999))
        let nodes = stored(before)
        #expect(nodes.map(\.id) == [NodeID(7), NodeID(8)] && nodes.map(\.isProven) == [false, true])
        #expect(nodes[0].key == key && nodes[0].wantsDestination && nodes[0].age == .seconds(1))

        let after = Beacon { $0.requiresGrants = true }
        #expect(after.registry.restore(nodes, at: after.clock.now) == 2)
        #expect(after.address(of: 7) == peer(1) && after.address(of: 8) == peer(2))
        var expected = nodes
        expected[1].isProven = false
        #expect(stored(after) == expected)
        let counters = after.registry.counters
        #expect((counters.restored, counters.registered, counters.ipv4 + counters.ipv6) == (2, 0, 2))
    }

    @Test(arguments: [1, 3, 64])
    func piecesTogetherAreTheWholeTable(count: Int) {
        let beacon = Beacon()
        for node in UInt32(1)...200 { beacon.register(node, at: peer(UInt16(node))) }
        #expect(stored(beacon, count).map(\.id.rawValue).sorted() == Array(1...200))
    }

    @Test func theRestOfTheirTimeIsWhatTheyGet() {
        let beacon = Beacon()
        let nodes = [
            node(1, at: peer(1), age: .seconds(600)), node(2, at: peer(2), age: .milliseconds(600_001)),
            node(3, at: peer(3), age: .seconds(10)),
        ]
        #expect(beacon.registry.restore(nodes, at: beacon.clock.now) == 2)
        #expect(beacon.address(of: 2) == nil)
        beacon.pass(.milliseconds(1))
        beacon.registry.sweep(limit: 10, at: beacon.clock.now)
        #expect(beacon.address(of: 1) == nil && beacon.address(of: 3) == peer(3))
        beacon.pass(.seconds(591))
        beacon.registry.sweep(limit: 10, at: beacon.clock.now)
        #expect(beacon.address(of: 3) == nil)
    }

    @Test func whoHasRegisteredAlreadyStays() {
        let beacon = Beacon()
        beacon.register(1, at: peer(9))
        #expect(beacon.registry.restore([node(1, at: peer(1))], at: beacon.clock.now) == 0)
        #expect(beacon.address(of: 1) == peer(9))
    }

    @Test func noMoreThanThereIsRoomFor() {
        let beacon = Beacon { $0.maximumNodes = 2 }
        let nodes = (UInt32(1)...3).map { node($0, at: peer(UInt16($0))) }
        #expect(beacon.registry.restore(nodes, at: beacon.clock.now) == 2)
    }

    // MARK: In a fleet

    @Test func theFleetHearsOfThemWhenTheGraceIsOver() {
        let beacon = Beacon.inFleet()
        _ = beacon.registry.restore([node(7, at: peer(1))], at: beacon.clock.now)
        #expect(beacon.changes() == [])
        #expect(beacon.registry.nodeIDs(from: 0, limit: 10).ids == [], "and legacy peers do not hear of them either")
        beacon.registry.sweep(limit: 10, at: beacon.clock.now)
        #expect(beacon.changes() == [])
        beacon.clock.advance(Registry.restoreGrace)
        beacon.registry.sweep(limit: 10, at: beacon.clock.now)
        #expect(beacon.changes() == [RegistryChange(NodeID(7), .registered)])
        #expect(beacon.registry.nodeIDs(from: 0, limit: 10).ids == [NodeID(7)])
        beacon.registry.sweep(limit: 10, at: beacon.clock.now)
        #expect(beacon.changes() == [], "once")
    }

    @Test func oneThatHasMovedToAnotherBeaconMeanwhileIsDropped() {
        let beacon = Beacon.inFleet()
        _ = beacon.registry.restore([node(7, at: peer(1))], at: beacon.clock.now)
        beacon.directory!.put(7, at: 2)
        beacon.registry.sweep(limit: 10, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == nil && beacon.registry.counters.withdrawn == 1)
        #expect(beacon.changes() == [])
    }

    @Test func oneThatSpeaksIsTheFleetsAtOnce() {
        let beacon = Beacon.inFleet()
        _ = beacon.registry.restore([node(7, at: peer(1)), node(8, at: peer(2))], at: beacon.clock.now)
        #expect(beacon.register(7, at: peer(1)) == .registered)
        #expect(beacon.changes() == [RegistryChange(NodeID(7), .registered)])
        #expect(beacon.register(8, at: peer(3)) == .pending)
        beacon.pass(.milliseconds(500))
        #expect(beacon.address(of: 8) == peer(3))
        #expect(beacon.changes() == [RegistryChange(NodeID(8), .registered)])
    }
}
