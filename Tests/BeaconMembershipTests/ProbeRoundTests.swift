import BeaconBasics
import Testing

@testable import BeaconMembership

@Suite struct ProbeRoundTests {
    /// Five pings were wanted when the round began, three are by the time the fourth is out: it ends all the same.
    @Test(arguments: 1...4)
    func aRoundEndsThoughTheNetworkGetsBetterMeanwhile(pings: Int) {
        var settings = MembershipSettings()
        settings.adaptsToLoss = false
        var network = FakeNetwork.settled(2, seed: 11, settings)
        network.hosts[0].membership.isLossy = true
        network.crash(1)
        for _ in 0..<1_000 {
            network.run(.milliseconds(10))
            let rounds = network.hosts[0].membership.rounds.rounds
            if rounds.contains(where: { $0.isUsed && $0.attempts >= pings }) { break }
        }
        network.hosts[0].membership.isLossy = false
        network.run(.seconds(20))
        let state = network.hosts[0].membership.members.first?.member.state
        #expect(state == .dead)
        let isIdle = network.hosts[0].membership.rounds.rounds.allSatisfy { !$0.isUsed }
        #expect(isIdle)
    }
}
