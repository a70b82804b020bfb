import BeaconBasics
import BeaconMembership
import Testing

@Suite struct LeavingTests {
    @Test(arguments: [2, 3, 5, 50], [0, 200]) func aLeaveIsNoDeath(members: Int, lossPerMille: Int) {
        var network = FakeNetwork.settled(members, seed: UInt64(members))
        network.lossPerMille = lossPerMille
        network.leave(1)
        let gone = network.run(until: { $0.hosts[1].hasLeft }, within: .seconds(3), looking: .milliseconds(10))
        #expect(gone != nil && gone! <= .milliseconds(2_010))
        network.crash(1)
        let known = network.run(
            until: { $0.count(of: 1) { $0?.state == .left } == members - 1 },
            within: .seconds(lossPerMille == 0 ? 1 : 10))
        #expect(known != nil)
        network.run(.seconds(30))
        let steps = network.steps.filter { network.index(of: $0.change.member.beacon) == 1 }
        #expect(steps.allSatisfy { $0.change.member.state == .left })
        #expect(network.violations.isEmpty)
    }

    /// It had asked us to reach another for it: nobody waits for the answer any more.
    @Test(arguments: [false, true]) func whoHasLeftIsAnsweredNoMore(leaves: Bool) {
        var lone = Lone(knowing: (2...5).map { member(UInt32($0)) })
        lone.hear(.relay(sequence: 5, target: BeaconID(2), wait: 600, tell: false), from: member(3))
        _ = lone.run(.milliseconds(100))
        if leaves { lone.hear(.records([MemberRecord(member(3, .left))]), from: member(4)) }
        let nacks = lone.run(.seconds(2)).messages.count { if case .nack(5) = $0.message { true } else { false } }
        #expect(nacks == (leaves ? 0 : 1))
    }

    @Test func theLastOneJustGoes() {
        var network = FakeNetwork.settled(1, seed: 1)
        network.leave(0)
        #expect(network.hosts[0].hasLeft)
    }

    @Test func nobodyAnswers() {
        var network = FakeNetwork.settled(3, seed: 2)
        network.hosts[0].group = 1
        network.leave(0)
        network.run(.milliseconds(1_900))
        #expect(!network.hosts[0].hasLeft)
        network.run(.milliseconds(200))
        #expect(network.hosts[0].hasLeft)
    }

    @Test func whoHasLeftMayComeBack() {
        var network = FakeNetwork.settled(5, seed: 3)
        network.leave(4)
        network.run(.seconds(3))
        network.restart(4, contacts: [0])
        #expect(network.run(until: { $0.isSettled }, within: .seconds(3)) != nil)
        #expect(network.violations.isEmpty)
    }
}
