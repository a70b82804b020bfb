import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRecorder

@Suite struct SnapshotRowsTests {
    private func roundTrip<Row: SnapshotRow & Equatable>(_ row: Row) -> Row {
        let names = Row.table.columns.map(\.name)
        return Row(SnapshotCells(Dictionary(uniqueKeysWithValues: zip(names, row.cells))))
    }

    @Test func everyRowHasACellForEachColumnAndComesBack() {
        let snapshot = Snapshot.example
        for row in snapshot.config { #expect(roundTrip(row) == row && row.cells.count == 3) }
        for row in snapshot.counters { #expect(roundTrip(row) == row) }
        for row in snapshot.shards { #expect(roundTrip(row) == row) }
        for row in snapshot.peers { #expect(roundTrip(row) == row) }
        for row in snapshot.peerHistory { #expect(roundTrip(row) == row) }
        for row in snapshot.directoryOwners { #expect(roundTrip(row) == row) }
        for row in snapshot.drops { #expect(roundTrip(row) == row) }
        for row in snapshot.topTalkers { #expect(roundTrip(row) == row) }
        #expect(SnapshotPeer().cells.count == SnapshotTable.peers.columns.count)
        #expect(SnapshotShard().cells.count == SnapshotTable.shards.columns.count)
        #expect(SnapshotOwner().cells.count == SnapshotTable.directoryOwners.columns.count)
        #expect(SnapshotPeerChange().cells.count == SnapshotTable.peerHistory.columns.count)
    }

    /// Files come from other versions, and from other hands.
    @Test func whatIsMissingOrSenselessIsZero() {
        let peer = SnapshotPeer(
            SnapshotCells([
                "beacon": .integer(-1), "state": .integer(3), "since": .text("x"), "nodes": .real(.nan),
                "session": .blob([1]), "draining": .real(1), "health": .real(1e300),
            ]))
        #expect(
            peer
                == {
                    var peer = SnapshotPeer(); peer.isDraining = true; return peer
                }())
    }
}

extension Snapshot {
    /// One of everything.
    static var example: Snapshot {
        var snapshot = Snapshot()
        snapshot.meta.reason = .interval
        snapshot.meta.takenAt = 1_795_000_000.25
        snapshot.meta.startedAt = 1_794_999_000
        (snapshot.meta.beaconID, snapshot.meta.session) = (7, 1_794_999_000_123)
        (snapshot.meta.fleetLabel, snapshot.meta.version) = ("prod", "1.2.3")
        (snapshot.meta.kernel, snapshot.meta.host, snapshot.meta.listen) = ("6.1", "h'ost", "[::]:9001")
        (snapshot.meta.processID, snapshot.meta.timeToLive) = (42, 600)
        snapshot.config = [SnapshotSetting(key: "addr", value: ":9001", source: "flag")]
        snapshot.counters = [
            SnapshotCounter(name: "received", value: 12), SnapshotCounter(name: "drop_runt", value: 1),
        ]
        snapshot.samples = SnapshotSamples(
            names: ["received", "drop_runt"],
            rows: [.init(time: 1_794_999_999, values: [11, 0]), .init(time: 1_795_000_000, values: [12, 1])])
        var shard = SnapshotShard()
        (shard.index, shard.received, shard.cpuSeconds, shard.offloads) = (1, 12, 0.5, "batch gso")
        snapshot.shards = [shard]
        var peer = SnapshotPeer()
        (peer.beacon, peer.kind, peer.state, peer.since) = (3, "member", "dead", 1_794_999_990)
        (peer.address, peer.roundTripMilliseconds) = ("192.0.2.1:9001", 1.5)
        snapshot.peers = [peer]
        var change = SnapshotPeerChange()
        (change.time, change.beacon, change.state, change.was) = (1_794_999_990, 3, "dead", "suspect")
        change.evidence = "accusers=1 2"
        snapshot.peerHistory = [change]
        var owner = SnapshotOwner()
        (owner.owner, owner.head, owner.cursor, owner.digest) = (3, 10, 9, "00000000000000ff")
        snapshot.directoryOwners = [owner]
        snapshot.events = [
            BeaconEvent(id: 5, time: 1_794_999_990, kind: .member, fields: [.init("a\"\n", "b\\\u{7F}é")])
        ]
        snapshot.drops = [SnapshotDrop(reason: "runt", packets: 1)]
        snapshot.topTalkers = [SnapshotTalker(kind: "source", name: "192.0.2.1:5", packets: 3, bytes: 4, error: 1)]
        return snapshot
    }
}
