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

@Suite struct StreamProbeTests {
    /// Half a fleet falls silent: the probes by stream leave room for other streams, and each that ends lets another begin.
    @Test func probesByStreamAreFew() {
        var lone = Lone(knowing: (2...600).map { member($0) })
        var open: [UInt64] = []
        var most = 0
        var begun = 0
        for _ in 0..<300 {
            for case .exchange(let ticket, _, _) in lone.run(.milliseconds(100)) {
                open.append(ticket)
                begun += 1
            }
            most = max(most, open.count)
            // A stream to a silent host ends when its time is over, not when its round does.
            while open.count > 40 {
                lone.membership.exchangeEnded(open.removeFirst(), reply: nil, at: lone.now)
                _ = lone.outputs()
            }
        }
        #expect(most <= Membership.maximumStreamProbes)
        #expect(begun > 10)
        for ticket in open { lone.membership.exchangeEnded(ticket, reply: nil, at: lone.now) }
        #expect(lone.membership.streamProbes == 0)
    }

    @Test func allSuspectsAtOnceDoNotTakeMore() {
        let others = (2...200).map { member($0) }
        var lone = Lone(knowing: others)
        let accused = others.dropFirst(20).map { other in
            var suspect = other
            suspect.state = .suspect
            return MemberRecord(suspect, accusers: [BeaconID(2), BeaconID(3), BeaconID(4), BeaconID(5)])
        }
        for record in accused { lone.hear(.records([record]), from: others[0]) }
        var open = 0
        for case .exchange in lone.run(.seconds(4)) { open += 1 }
        #expect(open == Membership.maximumStreamProbes)
        #expect(lone.membership.counters.roundsRefused > 0)
    }
}
