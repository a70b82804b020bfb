import BeaconBasics
import Testing

@testable import BeaconDirectory

@Suite struct DirectoryTests {
    @Test func whatOneRegistersTheOthersFind() {
        let fleet = FakeFleet(3, seed: 1)
        fleet.put(7, fleet[0])
        fleet.run(100)
        for reader in [fleet[1], fleet[2]] {
            let route = reader.table.find(NodeID(7))
            #expect(route?.beacon == fleet[0].id)
            #expect(route?.address == FakeFleet.address(fleet[0].id))
        }
        #expect(fleet[0].table.find(NodeID(7)) == nil, "our own is nobody else's")
        #expect(fleet[0].table.locate(NodeID(7)).own != nil)
        fleet.remove(7, fleet[0])
        fleet.run(100)
        #expect(fleet[1].table.find(NodeID(7)) == nil)
        #expect(fleet.violations.isEmpty)
    }

    @Test func aNodeThatMovesIsDroppedWhereItWas() {
        let fleet = FakeFleet(3, seed: 2)
        fleet.put(7, fleet[0])
        fleet.run(200)
        fleet.put(7, fleet[1])
        fleet.run(200)
        #expect(fleet[0].superseded == [NodeID(7)])
        #expect(!fleet[0].owns(7))
        #expect(fleet[0].table.find(NodeID(7))?.beacon == fleet[1].id)
        #expect(fleet[2].table.holders(of: NodeID(7)).map(\.beacon) == [fleet[1].id])
        // And back again.
        fleet.put(7, fleet[0])
        fleet.run(200)
        #expect(fleet[1].superseded == [NodeID(7)])
        #expect(fleet[2].table.find(NodeID(7))?.beacon == fleet[0].id)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func everyFollowerEndsWithWhatTheOwnersHave(seed: UInt64) {
        let fleet = FakeFleet(2 + Int(seed % 4), seed: seed)
        fleet.faults.lost = seed % 5 * 75
        fleet.faults.duplicated = seed % 3 * 50
        fleet.faults.delay = 1...(seed % 2 == 0 ? 10 : 120)
        var dice = SeededRandom(seed: seed)
        for _ in 0..<400 {
            let beacon = fleet.beacons.randomElement(using: &dice)!
            let node = UInt32.random(in: 0..<60, using: &dice)
            if Bool.random(using: &dice) { fleet.put(node, beacon) } else { fleet.remove(node, beacon) }
            fleet.run(UInt64.random(in: 0..<30, using: &dice))
        }
        fleet.run(20_000)
        SnapshotTests.expectConverged(fleet, "seed \(seed)")
    }
}
