import BeaconBasics
import Testing

@testable import BeaconDirectory

@Suite struct SnapshotTests {
    static func expectConverged(_ fleet: FakeFleet, _ note: String) {
        #expect(fleet.violations.isEmpty, "\(note): \(fleet.violations.first ?? "")")
        for owner in fleet.beacons where owner.isUp {
            let truth = fleet.shard(of: owner.id, at: owner)
            for reader in fleet.beacons where reader.isUp && reader !== owner {
                let isSame = fleet.shard(of: owner.id, at: reader) == truth
                #expect(isSame, "\(note): \(owner.id) at \(reader.id)")
            }
        }
    }

    /// Small parts and a short tail, so that few nodes make many of each.
    static var small: DirectorySettings {
        var settings = DirectorySettings()
        settings.partBytes = 1_500
        settings.tailOperations = 200
        settings.relayedBytes = 2_000
        settings.longestGap = 100
        return settings
    }

    @Test func aNewcomerHasEverythingWithinASecond() {
        let fleet = FakeFleet(4, seed: 1)
        var node: UInt32 = 0
        for beacon in fleet.beacons {
            for _ in 0..<3_000 {
                node += 1
                fleet.put(node, beacon)
            }
        }
        // Older than any log's tail.
        fleet.run(120_000)
        fleet.put(1_000_000, fleet[0])
        let newcomer = fleet.start(BeaconID(77))
        fleet.introduce(newcomer)
        let exchanges = fleet.exchanges
        fleet.run(1_000)
        #expect(newcomer.table.count == 12_001)
        #expect(fleet.exchanges - exchanges < 10, "all owners by one snapshot")
        #expect(newcomer.directory.counters.snapshotsTaken == 4)
        SnapshotTests.expectConverged(fleet, "newcomer")
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func snapshotsOfChangingShardsComeOutRight(seed: UInt64) {
        let fleet = FakeFleet(3, seed: seed, settings: Self.small)
        fleet.faults.lost = seed % 4 * 50
        fleet.faults.cutExchanges = seed % 3 * 150
        fleet.faults.delay = 1...(seed % 2 == 0 ? 8 : 60)
        var dice = SeededRandom(seed: seed)
        func churn(_ steps: Int) {
            for _ in 0..<steps {
                let beacon = fleet.beacons.filter(\.isUp).randomElement(using: &dice)!
                for _ in 0..<Int.random(in: 1..<40, using: &dice) {
                    let node = UInt32.random(in: 0..<2_000, using: &dice)
                    if dice.next() % 3 != 0 { fleet.put(node, beacon) } else { fleet.remove(node, beacon) }
                }
                fleet.run(UInt64.random(in: 0..<80, using: &dice))
            }
        }
        churn(80)
        let newcomer = fleet.start(BeaconID(77))
        fleet.introduce(newcomer)
        churn(60)
        fleet.run(30_000)
        SnapshotTests.expectConverged(fleet, "seed \(seed)")
        #expect(newcomer.directory.counters.snapshotsTaken > 0, "seed \(seed)")
        for beacon in fleet.beacons {
            #expect(beacon.directory.counters.digestMismatches == 0, "seed \(seed): no false alarm")
        }
    }

    /// The peer that a newcomer fetches from dies in the middle: it goes on with another.
    @Test func aSnapshotGoesOnWithAnotherPeer() {
        let fleet = FakeFleet(4, seed: 5, settings: Self.small)
        fleet.faults.delay = 20...20
        for node in UInt32(0)..<2_000 { fleet.put(node, fleet[Int(node % 2)]) }
        fleet.run(100_000)
        let newcomer = fleet.start(BeaconID(77))
        fleet.introduce(newcomer)
        fleet.run(170)
        #expect(newcomer.table.count > 0 && newcomer.table.count < 2_000)
        for beacon in [fleet[2], fleet[3]] {
            fleet.crash(beacon)
            fleet.verdict(beacon, .dead)
        }
        fleet.run(5_000)
        SnapshotTests.expectConverged(fleet, "after the peers' deaths")
        #expect(newcomer.table.count == 2_000)
    }

    /// A follower that was cut off for longer than the tail lasts.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func anOldGapIsFilledBySnapshot(seed: UInt64) {
        let fleet = FakeFleet(3, seed: seed, settings: Self.small)
        var dice = SeededRandom(seed: seed)
        for node in UInt32(0)..<300 { fleet.put(node, fleet[0]) }
        fleet.run(2_000)
        let late = fleet[2]
        late.isUp = false
        for _ in 0..<600 {
            let node = UInt32.random(in: 0..<500, using: &dice)
            if Bool.random(using: &dice) { fleet.put(node, fleet[0]) } else { fleet.remove(node, fleet[0]) }
            fleet.run(20)
        }
        late.isUp = true
        fleet.wake(late)
        fleet.put(9_999, fleet[0])
        fleet.run(10_000)
        SnapshotTests.expectConverged(fleet, "seed \(seed)")
        #expect(late.directory.counters.snapshotsTaken > 0)
    }
}
