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
