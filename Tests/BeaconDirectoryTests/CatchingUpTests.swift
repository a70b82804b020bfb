import BeaconBasics
import Testing

@testable import BeaconDirectory

/// What is missing of a log comes soon, whatever else is slow.
@Suite struct CatchingUpTests {
    /// Summed over the beacons; a node's own one has no route for it.
    private func visible(_ fleet: FakeFleet, _ nodes: Range<UInt32>) -> Int {
        fleet.beacons.reduce(0) { sum, beacon in
            sum + nodes.count { beacon.table.find(NodeID($0)) != nil }
        }
    }

    /// All start at once and pull each other's logs; the streams have lost their first segments.
    @Test func batchesDoNotWaitForASlowSnapshot() {
        let fleet = FakeFleet(5, seed: 3)
        fleet.faults.exchangeDelay = 8_000
        fleet.run(500)
        for node in 1..<101 as Range<UInt32> { fleet.put(node, fleet[Int(node) % 5]) }
        fleet.run(100)
        #expect(visible(fleet, 1..<101) == 400)
        // The snapshots are older by now than what is here: they take nothing away.
        for node in 101..<201 as Range<UInt32> { fleet.put(node, fleet[Int(node) % 5]) }
        for node in 1..<21 as Range<UInt32> { fleet.remove(node, fleet[Int(node) % 5]) }
        fleet.run(20_000)
        #expect(visible(fleet, 21..<201) == 720)
        #expect(visible(fleet, 1..<21) == 0)
        SnapshotTests.expectConverged(fleet, "after the snapshots")
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func lostBatchesDoNotWaitForASlowSnapshot(seed: UInt64) {
        let fleet = FakeFleet(5, seed: seed)
        fleet.faults.exchangeDelay = 8_000
        fleet.faults.lost = 300
        fleet.run(500)
        for node in 1..<51 as Range<UInt32> {
            fleet.put(node, fleet[Int(node) % 5])
            fleet.run(20)
        }
        fleet.run(5_000)
        // Questions and answers are lost as well, and are asked for ever more rarely: one gap in a hundred stays for longer.
        #expect(visible(fleet, 1..<51) >= 196)
        fleet.run(20_000)
        SnapshotTests.expectConverged(fleet, "seed \(seed)")
    }

    /// A newcomer to logs that are long begins with the snapshot, and does not ask for each from its beginning.
    @Test func aNewcomerAsksForNoLongGaps() {
        let fleet = FakeFleet(3, seed: 4)
        for node in 1..<4_000 as Range<UInt32> { fleet.put(node, fleet[Int(node) % 3]) }
        fleet.run(2_000)
        fleet.faults.exchangeDelay = 4_000
        let newcomer = fleet.start(BeaconID(99))
        fleet.introduce(newcomer)
        fleet.run(300)
        for node in 5_000..<5_010 as Range<UInt32> { fleet.put(node, fleet[Int(node) % 3]) }
        fleet.run(2_000)
        #expect(newcomer.directory.counters.nacksSent == 0)
        fleet.run(6_000)
        #expect(newcomer.table.count == 4_009)
        SnapshotTests.expectConverged(fleet, "newcomer")
    }

    /// The owner has trimmed what is missing, again and again, while the snapshot does not come.
    @Test func aGapThatIsGoneStandsOnTheListOnce() {
        var settings = DirectorySettings()
        settings.tailOperations = 1
        settings.relayedBytes = 1
        let fleet = FakeFleet(3, seed: 6, settings: settings)
        fleet.run(1_000)
        fleet.faults.exchangeDelay = 60_000
        fleet.faults.lost = 300
        for node in 1..<201 as Range<UInt32> {
            fleet.put(node, fleet[Int(node) % 3])
            fleet.run(60)
            #expect(fleet.beacons.allSatisfy { $0.directory.gaps.count <= 2 })
        }
    }

    @Test func freshLogsAreToldOfAFewTimesEach() {
        var fresh = FreshLogs()
        #expect(fresh.next() == nil)
        for owner in 1...3 { fresh.changed(BeaconID(UInt32(owner))) }
        var told: [BeaconID: Int] = [:]
        while let owner = fresh.next() { told[owner, default: 0] += 1 }
        #expect(told.count == 3)
        #expect(told.values.allSatisfy { $0 == Int(FreshLogs.tellings) })
    }

    @Test func freshLogsAreBounded() {
        var fresh = FreshLogs()
        for owner in 1...1_000 { fresh.changed(BeaconID(UInt32(owner))) }
        #expect(fresh.count == FreshLogs.capacity)
        var told = 0
        while fresh.next() != nil { told += 1 }
        #expect(told == FreshLogs.capacity * Int(FreshLogs.tellings))
    }

    /// One log has moved on among many: heads name it, though its turn is far off.
    @Test func headsNameAFreshLogFirst() {
        let fleet = FakeFleet(40, seed: 5)
        for node in 1..<201 as Range<UInt32> { fleet.put(node, fleet[Int(node) % 40]) }
        fleet.run(5_000)
        while fleet[0].directory.fresh.next() != nil {}
        fleet.put(900, fleet[30])
        fleet.run(100)
        let heads = fleet[0].directory.heads(limit: 4)
        #expect(heads.count == 4)
        #expect(heads[0].owner == fleet[0].id)
        #expect(heads[1].owner == fleet[30].id)
        #expect(Set(heads.map(\.owner)).count == 4)
    }
}
