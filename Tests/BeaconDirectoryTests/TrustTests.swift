import BeaconBasics
import Testing

@testable import BeaconDirectory

@Suite struct TrustTests {
    private static func batch(
        _ owner: FakeFleet.Beacon, _ operations: [LogOperation], after: UInt64, session: SessionID? = nil
    ) -> LogBatch {
        LogBatch.encode(operations, owner: owner.id, session: session ?? owner.session, after: after)[0]
    }

    private static func put(_ node: UInt32) -> LogOperation {
        LogOperation(node: NodeID(node), change: .put(Stamp(FakeFleet.epoch << 16)))
    }

    private static func receive(_ reader: FakeFleet.Beacon, _ batch: LogBatch, from sender: FakeFleet.Beacon) {
        reader.directory.receive(
            .batch(batch), from: sender.id, session: sender.session,
            at: ClusterTime(Moment(nanoseconds: 5_000_000_000), unixMilliseconds: FakeFleet.epoch))
    }

    @Test func nobodyShipsAnothersLog() {
        let fleet = FakeFleet(3, seed: 1)
        Self.receive(fleet[1], Self.batch(fleet[0], [Self.put(5)], after: 0), from: fleet[2])
        #expect(fleet[1].table.count == 0)
        #expect(fleet[1].directory.counters.malformed == 1)
    }

    @Test func batchesOfOtherSessionsAreIgnored() {
        let fleet = FakeFleet(2, seed: 1)
        let later = SessionID(fleet[0].session.rawValue + 1)
        Self.receive(fleet[1], Self.batch(fleet[0], [Self.put(5)], after: 0, session: later), from: fleet[0])
        let earlier = SessionID(fleet[0].session.rawValue - 1)
        Self.receive(fleet[1], Self.batch(fleet[0], [Self.put(5)], after: 0, session: earlier), from: fleet[0])
        #expect(fleet[1].table.count == 0)
        #expect(fleet[1].directory.counters.batchesIgnored == 2)
    }

    @Test func overlapsAndRepetitionsChangeNothing() {
        let fleet = FakeFleet(2, seed: 1)
        let reader = fleet[1]
        let gone = LogOperation(node: NodeID(7), change: .removed(.expired))
        Self.receive(reader, Self.batch(fleet[0], [Self.put(5), Self.put(6), Self.put(7)], after: 0), from: fleet[0])
        Self.receive(reader, Self.batch(fleet[0], [gone], after: 3), from: fleet[0])
        Self.receive(reader, Self.batch(fleet[0], [Self.put(7)], after: 2), from: fleet[0])
        #expect(reader.table.find(NodeID(7)) == nil, "an old one takes nothing back")
        Self.receive(reader, Self.batch(fleet[0], [gone, Self.put(8)], after: 3), from: fleet[0])
        #expect(reader.directory.owners.first { $0.owner == fleet[0].id }?.cursor == 5)
        #expect(reader.table.count == 3)
    }

    @Test func anEarlyBatchWaitsForTheOneBeforeIt() {
        let fleet = FakeFleet(2, seed: 1)
        let reader = fleet[1]
        Self.receive(reader, Self.batch(fleet[0], [Self.put(6)], after: 1), from: fleet[0])
        #expect(reader.table.count == 0)
        Self.receive(reader, Self.batch(fleet[0], [Self.put(5)], after: 0), from: fleet[0])
        #expect(reader.table.count == 2)
    }

    /// A peer that repeats early batches, or that never fills the gap, takes no more room than there is.
    @Test func whatWaitsIsBounded() {
        let fleet = FakeFleet(2, seed: 1)
        let reader = fleet[1]
        for number in UInt64(1)...1_000 {
            Self.receive(reader, Self.batch(fleet[0], [Self.put(6)], after: number), from: fleet[0])
        }
        #expect(reader.directory.heldCount <= 256)
        #expect(reader.directory.counters.heldFull > 0)
    }

    @Test func strangersAreIgnored() {
        let fleet = FakeFleet(2, seed: 1)
        let reader = fleet[1]
        let now = ClusterTime(Moment(nanoseconds: 5_000_000_000), unixMilliseconds: FakeFleet.epoch)
        reader.directory.receive(
            .batch(Self.batch(fleet[0], [Self.put(5)], after: 0)), from: BeaconID(999), session: SessionID(1), at: now)
        #expect(
            reader.directory.serve(PullRequest(from: 0, end: 9, owners: []).bytes, from: BeaconID(999), at: now) == nil)
        #expect(reader.directory.serve([], from: fleet[0].id, at: now) == nil)
        reader.directory.exchangeEnded(12_345, reply: [1, 2, 3], at: now)
        let head = LogHead(owner: BeaconID(999), session: SessionID(1), sequence: 5, root: 1)
        reader.directory.learn([head], from: fleet[0].id, at: now)
        #expect(reader.table.count == 0)
    }

    @Test func atMostOneEventAMinuteSaysThatTheTableIsFull() {
        let fleet = FakeFleet(2, seed: 1, capacity: 50)
        for node in UInt32(0)..<100 { fleet.put(node, fleet[0]) }
        fleet.run(5_000)
        let full = fleet[0].events.filter { if case .full = $0 { true } else { false } }
        #expect(full.count == 1)
        #expect(fleet[0].directory.counters.refusedFull == 50)
        #expect(fleet[1].table.count == 50)
    }

    // MARK: Faults

    @Test(arguments: 0..<20 as Range<UInt64>)
    func aCorruptedEntryIsFoundAndRepaired(seed: UInt64) {
        var settings = DirectorySettings()
        settings.scrubInterval = .seconds(20)
        let fleet = FakeFleet(3, seed: seed, settings: settings)
        for node in UInt32(0)..<2_000 { fleet.put(node, fleet[0]) }
        fleet.run(2_000)
        var dice = SeededRandom(seed: seed)
        let victim = fleet[Int(seed % 3)]
        for _ in 0..<3 {
            victim.directory.corrupt(
                NodeID(UInt32.random(in: 0..<2_000, using: &dice)), of: fleet[0].id, key: seed % 2 == 0)
        }
        #expect(fleet.shard(of: fleet[0].id, at: fleet[0]) != fleet.shard(of: fleet[0].id, at: victim) || seed % 3 == 0)
        fleet.run(90_000)
        SnapshotTests.expectConverged(fleet, "seed \(seed)")
        #expect(fleet.shard(of: fleet[0].id, at: victim).count == 2_000, "seed \(seed)")
        #expect(victim.directory.counters.digestMismatches > 0)
        #expect(victim.directory.counters.entriesRepaired >= 3)
        #expect(victim.events.contains { if case .digestMismatch(fleet[0].id) = $0 { true } else { false } })
    }

    /// A bug that applies an operation wrongly changes entries and digest alike: heads tell.
    @Test func aFollowerThatHasGoneAstrayIsPutRight() {
        let fleet = FakeFleet(3, seed: 9)
        for node in UInt32(0)..<2_000 { fleet.put(node, fleet[0]) }
        fleet.run(2_000)
        let victim = fleet[1]
        victim.directory.stray(of: fleet[0].id, NodeID(5), NodeID(1_000_000), at: fleet.time())
        fleet.run(20_000)
        SnapshotTests.expectConvergedButFor(victim, fleet, "strayed")
        #expect(victim.directory.counters.digestMismatches > 0)
    }
}

extension SnapshotTests {
    /// As `expectConverged`, where a fault was put in on purpose and so was seen.
    static func expectConvergedButFor(_ victim: FakeFleet.Beacon, _ fleet: FakeFleet, _ note: String) {
        for owner in fleet.beacons {
            let truth = fleet.shard(of: owner.id, at: owner)
            for reader in fleet.beacons where reader !== owner {
                let isSame = fleet.shard(of: owner.id, at: reader) == truth
                #expect(isSame, "\(note): \(owner.id) at \(reader.id)")
            }
        }
    }
}

extension Directory {
    var heldCount: Int { held.count }

    /// What a fault of the memory might do to an entry: another key, or another stamp.
    func corrupt(_ node: NodeID, of owner: BeaconID, key: Bool) {
        guard let slot = owner == me ? ownSlot : roster.find(owner).map({ roster.rows[$0].slot }) else { return }
        let place = Place(of: node)
        if key {
            table.entries.corrupt(node.rawValue, place, slot)
        } else {
            _ = table.entries.set(node.rawValue, place, slot, 12_345, also: nil)
        }
    }

    /// One entry is dropped and another made up, digest and all.
    mutating func stray(of owner: BeaconID, _ dropped: NodeID, _ made: NodeID, at now: ClusterTime) {
        guard let position = roster.find(owner) else { return }
        erase(Place(of: dropped), position)
        file(Place(of: made), Stamp(77), position, at: now)
    }
}
