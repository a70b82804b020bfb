import BeaconBasics
import BeaconMembership
import Testing

@Suite struct RejoiningTests {
    /// `#expect` takes no mutating call.
    private func expect(_ isSo: Bool, _ wanted: Bool) { #expect(isSo == wanted) }

    private func split(_ members: Int, seed: UInt64, for time: Delay, lossPerMille: Int = 10) -> FakeNetwork {
        var network = FakeNetwork.settled(members, seed: seed)
        network.delay = (.milliseconds(20), .milliseconds(30))
        network.lossPerMille = lossPerMille
        for host in 0..<members { network.hosts[host].group = host % 2 }
        network.run(time)
        return network
    }

    @Test(arguments: [2, 3, 4, 5, 40]) func aPartitionHeals(members: Int) {
        for length: UInt64 in [1, 4, 20, 300] {
            var network = split(members, seed: length, for: .seconds(length))
            if length >= 20 {
                let other = network.hosts[0].membership.members.filter { $0.member.beacon.rawValue % 2 == 0 }
                #expect(other.allSatisfy { $0.member.state == .dead })
            }
            let before = network.steps.count
            let healed = network.now
            for host in 0..<members { network.hosts[host].group = 0 }
            #expect(network.run(until: { $0.isSettled }, within: .seconds(10)) != nil, "\(members), \(length) s")
            let same = network.run(
                until: { Set($0.hosts.map(\.membership.tableHash)).count == 1 }, within: .seconds(10))
            #expect(same != nil)
            // Checks that had begun come to their end.
            #expect(network.falseDeaths.allSatisfy { $0.at.since(healed) < .seconds(1) })
            #expect(network.violations.isEmpty)
            // No more than two steps a row, on the whole.
            #expect(network.steps.count - before <= 2 * members * (members - 1) + members)
        }
    }

    @Test func halvesOfAHundred() {
        var network = split(100, seed: 31, for: .seconds(25))
        #expect(network.hosts.allSatisfy { $0.membership.liveCount == 49 })
        for host in 0..<100 { network.hosts[host].group = 0 }
        let time = network.run(until: { $0.isSettled }, within: .seconds(20))
        #expect(time != nil && time! <= .seconds(10))
    }

    @Test func aRestartReplacesTheOldLifeAtOnce() {
        var network = FakeNetwork.settled(10, seed: 32)
        network.crash(3)
        network.run(.milliseconds(300))
        network.restart(3, contacts: [0])
        let session = network.hosts[3].membership.me.session
        let time = network.run(until: { $0.count(of: 3) { $0?.session == session } == 9 }, within: .seconds(3))
        #expect(time != nil)
        #expect(network.steps.allSatisfy { $0.change.member.state != .dead })
        #expect(network.run(until: { $0.isSettled }, within: .seconds(2)) != nil)
    }

    @Test func afterItsDeathToo() {
        var network = FakeNetwork.settled(10, seed: 33)
        network.crash(3)
        network.run(.seconds(8))
        #expect(network.count(of: 3) { $0?.state == .dead } == 9)
        network.restart(3, contacts: [0])
        #expect(network.run(until: { $0.isSettled }, within: .seconds(3)) != nil)
        #expect(network.violations.isEmpty)
    }

    /// The clock has gone back: the fleet remembers a later session.
    @Test func aSessionIsRaisedAboveWhatTheFleetRemembers() {
        var network = FakeNetwork.settled(5, seed: 34)
        let before = network.hosts[2].membership.me.session
        network.crash(2)
        network.run(.seconds(8))
        network.restart(2, contacts: [0], session: 5)
        #expect(network.run(until: { $0.isSettled }, within: .seconds(5)) != nil)
        #expect(network.hosts[2].membership.me.session > before)
        #expect(network.hosts[2].raised.count == 1)
        #expect(network.hosts[2].duplicates.isEmpty)
    }

    @Test func theDeadAreForgottenAfterTheirTime() {
        var settings = MembershipSettings()
        settings.memory = .seconds(1_200)
        var network = FakeNetwork.settled(4, seed: 35, settings)
        network.crash(1)
        network.run(.seconds(600))
        #expect(network.count(of: 1) { $0?.state == .dead } == 3)
        network.run(.seconds(1_300))
        #expect(network.count(of: 1) { $0 == nil } == 3)
        let hashes = Set([0, 2, 3].map { network.hosts[$0].membership.tableHash })
        #expect(hashes.count == 1)
        network.restart(1, settings, contacts: [0])
        #expect(network.run(until: { $0.isSettled }, within: .seconds(5)) != nil)
    }

    @Test func anOperatorForgetsTheDeadAndTheyStayForgotten() {
        var network = FakeNetwork.settled(8, seed: 36)
        expect(network.forget(3, at: 0), false)
        network.crash(3)
        network.run(.seconds(8))
        // One is away and does not hear of it.
        network.hosts[6].group = 1
        network.run(.milliseconds(100))
        expect(network.forget(3, at: 0), true)
        expect(network.forget(3, at: 0), false)
        network.run(.seconds(2))
        network.hosts[6].group = 0
        network.run(.seconds(60))
        #expect(network.count(of: 3) { $0 == nil } == 7)
        network.restart(3, contacts: [1])
        #expect(network.run(until: { $0.isSettled }, within: .seconds(5)) != nil)
        #expect(network.violations.isEmpty)
    }

    /// It was not dead at all, only far: it comes back by its own doing.
    @Test func aForgottenOneThatLivesComesBack() {
        var network = FakeNetwork.settled(6, seed: 37)
        network.hosts[2].group = 1
        network.run(.seconds(15))
        expect(network.forget(2, at: 0), true)
        network.run(.seconds(5))
        network.hosts[2].group = 0
        #expect(network.run(until: { $0.isSettled }, within: .seconds(15)) != nil)
        #expect(network.violations.isEmpty)
    }
}
