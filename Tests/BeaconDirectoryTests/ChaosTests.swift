import BeaconBasics
import Glibc
import Testing

@testable import BeaconDirectory

/// Everything at once, from a seed: registrations, moves, loss, crashes, restarts, raised sessions, wrong verdicts,
/// partitions, cut exchanges. At every step, equal cursors mean equal states; in the end all agree with the owners.
///
/// `DIRECTORY_SEEDS=2000 swift test --filter Chaos` for more.
@Suite struct ChaosTests {
    static let seeds = 0..<(getenv("DIRECTORY_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 40)

    @Test(arguments: seeds)
    func allAgreeInTheEnd(seed: UInt64) {
        let fleet = play(seed)
        SnapshotTests.expectConverged(fleet, "seed \(seed)")
        expectOneOwner(fleet, "seed \(seed)")
        for beacon in fleet.beacons where beacon.isUp {
            #expect(beacon.directory.counters.digestMismatches == 0, "seed \(seed): a false alarm")
            #expect(beacon.table.retired.isEmpty, "seed \(seed): swept")
        }
    }

    func play(_ seed: UInt64) -> FakeFleet {
        var dice = SeededRandom(seed: seed)
        var settings = seed % 2 == 0 ? DirectorySettings() : SnapshotTests.small
        settings.quarantine = .seconds(3)
        settings.scrubInterval = .seconds(5)
        settings.exchangeTimeout = .seconds(1)
        settings.repairTimeout = .milliseconds(500)
        let fleet = FakeFleet(2 + Int(seed % 4), seed: seed, settings: settings)
        for _ in 0..<Int.random(in: 20..<150, using: &dice) {
            step(fleet, &dice)
            fleet.run(UInt64.random(in: 0..<200, using: &dice))
        }
        calm(fleet)
        return fleet
    }

    private func step(_ fleet: FakeFleet, _ dice: inout SeededRandom) {
        let up = fleet.beacons.filter(\.isUp)
        guard let beacon = up.randomElement(using: &dice) else { return }
        switch Int.random(in: 0..<100, using: &dice) {
        case 0..<60:
            for _ in 0..<Int.random(in: 1..<60, using: &dice) {
                let node = UInt32.random(in: 0..<400, using: &dice)
                if dice.next() % 3 != 0 { fleet.put(node, beacon) } else { fleet.remove(node, beacon) }
            }
        case 60..<70:
            fleet.faults.lost = [0, 50, 300, 700].randomElement(using: &dice)!
            fleet.faults.duplicated = [0, 200].randomElement(using: &dice)!
            fleet.faults.cutExchanges = [0, 300].randomElement(using: &dice)!
            fleet.faults.delay = [1...3, 1...40, 20...150].randomElement(using: &dice)!
        case 70..<76:
            guard up.count > 1 else { return }
            fleet.crash(beacon)
            if Bool.random(using: &dice) { fleet.verdict(beacon, .dead) }
        case 76..<84:
            if let down = fleet.beacons.filter({ !$0.isUp }).randomElement(using: &dice) { _ = fleet.restart(down.id) }
        case 84..<87: fleet.raiseSession(beacon)
        case 87..<93:
            // A wrong verdict at one observer, and its refutation.
            guard let other = up.randomElement(using: &dice), other !== beacon else { return }
            fleet.tell(other, fleet.member(beacon, .dead))
            fleet.run(UInt64.random(in: 0..<4_000, using: &dice))
            if beacon.isUp, other.isUp { fleet.tell(other, fleet.member(beacon, .alive, incarnation: 1)) }
        case 93..<97:
            let half = fleet.beacons.count / 2
            fleet.split(Array(0..<half), Array(half..<fleet.beacons.count))
            fleet.run(UInt64.random(in: 0..<3_000, using: &dice))
            fleet.heal()
        default: beacon.clockError = Int64.random(in: -20_000...20_000, using: &dice)
        }
    }

    /// No more faults; the dead are known to be dead.
    private func calm(_ fleet: FakeFleet) {
        fleet.faults = FakeFleet.Faults()
        for beacon in fleet.beacons where !beacon.isUp { fleet.verdict(beacon, .dead) }
        for one in fleet.beacons where one.isUp {
            for other in fleet.beacons where other.isUp && other !== one { fleet.tell(one, fleet.member(other)) }
        }
        fleet.run(40_000)
    }

    /// No node is at two beacons, and all look-ups agree.
    private func expectOneOwner(_ fleet: FakeFleet, _ note: String) {
        let up = fleet.beacons.filter(\.isUp)
        for node in UInt32(0)..<400 {
            let owners = up.filter { $0.owns(node) }
            #expect(owners.count <= 1, "\(note): \(node) at \(owners.map(\.id))")
            for reader in up where !reader.owns(node) {
                #expect(reader.table.find(NodeID(node))?.beacon == owners.first?.id, "\(note): \(node)")
            }
        }
    }
}
