import BeaconBasics
import Testing

@testable import BeaconDirectory

@Suite struct LifeTests {
    @Test func aDeadOwnersNodesAreUnroutableAtOnceAndBackAtOnce() {
        let fleet = FakeFleet(3, seed: 1)
        for node in UInt32(0)..<100 { fleet.put(node, fleet[0]) }
        fleet.run(500)
        let reader = fleet[1]
        fleet.tell(reader, fleet.member(fleet[0], .suspect))
        #expect(reader.table.find(NodeID(5)) != nil)
        fleet.tell(reader, fleet.member(fleet[0], .dead))
        #expect(reader.table.find(NodeID(5)) == nil)
        #expect(!reader.table.isMember(FakeFleet.address(fleet[0].id)))
        #expect(reader.table.count == 100, "in quarantine")
        // Changes that it misses meanwhile are only a gap.
        fleet.run(2_000)
        let sent = fleet.exchanges
        fleet.tell(reader, fleet.member(fleet[0], .alive, incarnation: 1))
        #expect(reader.table.find(NodeID(5)) != nil)
        fleet.run(1_000)
        #expect(fleet.exchanges == sent, "nothing is sent again")
        SnapshotTests.expectConverged(fleet, "refuted")
    }

    @Test func aDeadOwnersEntriesAreSweptAfterQuarantine() {
        let fleet = FakeFleet(3, seed: 2)
        for node in UInt32(0)..<1_000 { fleet.put(node, fleet[0]) }
        fleet.run(500)
        fleet.crash(fleet[0])
        fleet.verdict(fleet[0], .dead)
        fleet.run(599_000)
        #expect(fleet[1].table.count == 1_000)
        fleet.run(5_000)
        #expect(fleet[1].table.count == 0)
        #expect(fleet[1].table.retired.isEmpty)
        // It comes back all the same: from nothing.
        fleet[0].isUp = true
        fleet.wake(fleet[0])
        for reader in [fleet[1], fleet[2]] { fleet.tell(reader, fleet.member(fleet[0], .alive, incarnation: 1)) }
        fleet.put(5_000, fleet[0])
        fleet.run(10_000)
        SnapshotTests.expectConverged(fleet, "after quarantine")
    }

    @Test func aNewSessionEndsTheOldOneAtOnce() {
        let fleet = FakeFleet(3, seed: 3)
        for node in UInt32(0)..<100 { fleet.put(node, fleet[0]) }
        fleet.run(500)
        let old = fleet[0].session
        let again = fleet.restart(fleet[0].id)
        #expect(again.session > old)
        #expect(fleet[1].table.find(NodeID(5)) == nil, "the death was never seen")
        fleet.put(5, again)
        fleet.run(500)
        #expect(fleet[1].table.find(NodeID(5))?.beacon == again.id)
        #expect(fleet[1].table.find(NodeID(6)) == nil)
        #expect(fleet[1].table.count == 1, "and what it left is swept")
        SnapshotTests.expectConverged(fleet, "restarted")
    }

    @Test(arguments: [10, 5_000])
    func aRaisedSessionKeepsItsNodes(nodes: UInt32) {
        let fleet = FakeFleet(3, seed: 4)
        for node in 0..<nodes { fleet.put(node, fleet[0]) }
        fleet.run(3_000)
        fleet.raiseSession(fleet[0])
        fleet.run(3_000)
        #expect(fleet[0].owns(5))
        #expect(fleet[1].table.find(NodeID(5))?.beacon == fleet[0].id)
        #expect(fleet[1].table.count == Int(nodes))
        fleet.remove(5, fleet[0])
        fleet.run(500)
        #expect(fleet[1].table.find(NodeID(5)) == nil)
        SnapshotTests.expectConverged(fleet, "raised")
    }

    @Test func aForgottenMemberLeavesNothing() {
        let fleet = FakeFleet(3, seed: 5)
        for node in UInt32(0)..<100 { fleet.put(node, fleet[0]) }
        fleet.run(500)
        fleet.crash(fleet[0])
        fleet.verdict(fleet[0], .left)
        fleet[1].directory.memberForgotten(fleet[0].id)
        fleet.wake(fleet[1])
        fleet.run(1_000)
        #expect(fleet[1].table.count == 0)
        #expect(fleet[1].directory.owners.map(\.owner) == [fleet[1].id, fleet[2].id])
    }

    /// The round that settles our own nodes is the one that adds their digest up: what it takes away itself is no fault.
    @Test func aNodeLostToOneWhoComesBackLeavesTheDigestTrue() {
        let fleet = FakeFleet(2, seed: 7)
        for node in UInt32(0)..<10 { fleet.put(node, fleet[0]) }
        fleet.run(500)
        fleet.tell(fleet[0], fleet.member(fleet[1], .dead))
        for node in UInt32(0)..<5 { fleet.put(node, fleet[1]) }
        fleet.run(500)
        #expect(fleet[0].owns(1), "the dead have nothing")
        fleet.tell(fleet[0], fleet.member(fleet[1], .alive, incarnation: 1))
        fleet.run(2_000)
        #expect(!fleet[0].owns(1) && fleet[0].owns(6))
        #expect(fleet[0].events.isEmpty, "no digest differs")
        SnapshotTests.expectConverged(fleet, "come back")
    }

    /// Each side of a partition takes a node over from the other; on healing, the later registration is what counts, at
    /// the loser too, though the batch that says so may come before the verdict is taken back.
    @Test func aPartitionHealsToTheLaterRegistrations() {
        let fleet = FakeFleet(4, seed: 6)
        for node in UInt32(0)..<40 { fleet.put(node, fleet[node < 20 ? 0 : 2]) }
        fleet.run(1_000)
        fleet.split([0, 1], [2, 3])
        fleet.run(1_000)
        for node in UInt32(10)..<20 { fleet.put(node, fleet[3]) }
        for node in UInt32(20)..<30 { fleet.put(node, fleet[1]) }
        fleet.run(1_000)
        #expect(fleet[0].owns(15), "it cannot know")
        fleet.heal()
        fleet.run(3_000)
        SnapshotTests.expectConverged(fleet, "healed")
        for reader in [0, 1, 2, 3] {
            for node in UInt32(0)..<40 {
                let owner = node < 10 ? 0 : node < 20 ? 3 : node < 30 ? 1 : 2
                let location = fleet[reader].table.locate(NodeID(node))
                if reader == owner {
                    #expect(location.own != nil && location.other == nil, "\(node) at \(reader)")
                } else {
                    #expect(location.own == nil && location.other?.beacon == fleet[owner].id, "\(node) at \(reader)")
                }
            }
        }
    }

    @Test func aPutBeatsWhateverIsKnownOfTheNode() {
        let fleet = FakeFleet(2, seed: 7)
        // An hour fast.
        fleet[0].clockError = 3_600_000
        fleet.put(7, fleet[0])
        fleet.run(500)
        fleet.put(7, fleet[1])
        fleet.run(500)
        #expect(fleet[0].superseded == [NodeID(7)])
        #expect(fleet[0].table.find(NodeID(7))?.beacon == fleet[1].id)
        #expect(fleet[1].directory.counters.stampsClamped > 0)
        // The broken clock has not drawn ours along.
        fleet.put(8, fleet[1])
        let stamp = fleet[1].table.locate(NodeID(8)).own
        #expect(stamp.map { $0.unixMilliseconds < FakeFleet.epoch + 10_000 } == true)
        fleet.run(500)
        SnapshotTests.expectConverged(fleet, "skewed")
    }

    /// We took its owner for dead when the later registration came: it counts once the verdict is taken back.
    @Test func aVerdictTakenBackSettlesWhoHasOurNodes() {
        let fleet = FakeFleet(2, seed: 8)
        for node in UInt32(0)..<20 { fleet.put(node, fleet[0]) }
        fleet.run(500)
        fleet.tell(fleet[0], fleet.member(fleet[1], .dead))
        for node in UInt32(5)..<10 { fleet.put(node, fleet[1]) }
        fleet.run(500)
        #expect(fleet[0].owns(7), "not lost to a dead one")
        fleet.tell(fleet[0], fleet.member(fleet[1], .alive, incarnation: 1))
        fleet.run(500)
        #expect(fleet[0].superseded.sorted() == (5..<10).map { NodeID($0) })
        #expect(!fleet[0].owns(7))
        SnapshotTests.expectConverged(fleet, "settled")
    }

    /// A beacon that restarts is told the others' heads, though nobody saw it die.
    @Test func aNewSessionIsGreeted() {
        let fleet = FakeFleet(2, seed: 9)
        fleet.put(7, fleet[0])
        fleet.run(500)
        var said = 0
        var again = fleet.member(fleet[1])
        again.session = SessionID(again.session.rawValue + 1)
        fleet[0].directory.memberChanged(again, at: fleet.time())
        while let output = fleet[0].directory.poll() {
            if case .send(.head(let head), fleet[1].id) = output, head.sequence == 1 { said += 1 }
        }
        #expect(said == 1)
    }
}
