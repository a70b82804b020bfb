import BeaconBasics
import BeaconMembership
import Testing

@Suite struct JoiningTests {
    @Test(arguments: [2, 3, 5, 30, 100]) func everybodyStartsAtOnce(members: Int) {
        var network = FakeNetwork(seed: UInt64(members))
        network.delay = (.milliseconds(20), .milliseconds(30))
        network.lossPerMille = 10
        for _ in 0..<members { network.start(contacts: [0, 1]) }
        #expect(network.run(until: { $0.isSettled }, within: .seconds(5)) != nil)
        let same = network.run(
            until: { Set($0.hosts.map(\.membership.tableHash)).count == 1 }, within: .seconds(5))
        #expect(same != nil)
        #expect(network.violations.isEmpty)
        #expect(network.falseDeaths.isEmpty)
    }

    @Test func aNewcomerIsSeenByAllAndSeesAll() {
        var network = FakeNetwork.settled(100, seed: 21)
        network.delay = (.milliseconds(20), .milliseconds(30))
        var times: [Delay] = []
        for contact in [7, 50, 93] {
            let newcomer = network.start(contacts: [contact])
            let time = network.run(
                until: { $0.count(of: newcomer) { $0?.state == .alive } == $0.hosts.count - 1 }, within: .seconds(10),
                looking: .milliseconds(10))
            times.append(time ?? .seconds(99))
            #expect(network.run(until: { $0.isSettled }, within: .seconds(3)) != nil)
        }
        #expect(times.sorted()[1] <= .milliseconds(700))
    }

    @Test func aContactIsAskedUntilItAnswers() {
        var network = FakeNetwork(seed: 22)
        network.start(contacts: [1])
        network.run(.seconds(30))
        let asked = network.hosts[0].datagramsSent
        // 0.2 s, then twice as long each time, up to 10 s.
        #expect((6...12).contains(asked))
        network.start()
        #expect(network.run(until: { $0.isSettled }, within: .seconds(14)) != nil)
        #expect(network.hosts[0].membership.liveCount == 1)
    }

    /// Joins must not be lost where one datagram in three is.
    @Test func joinsAtHighLoss() {
        var network = FakeNetwork(seed: 23)
        network.lossPerMille = 300
        for _ in 0..<20 { network.start(contacts: [0, 1, 2]) }
        #expect(network.run(until: { $0.isSettled }, within: .seconds(15)) != nil)
    }

    @Test func aDrainingMemberIsKnownAsSuch() {
        var network = FakeNetwork.settled(20, seed: 24)
        network.hosts[4].membership.setDrain(DrainDeadline(unixSeconds: 7), at: network.now)
        network.poke(4)
        let seen = network.run(until: { $0.count(of: 4) { $0?.isDraining == true } == 19 }, within: .seconds(3))
        #expect(seen != nil)
        network.hosts[4].membership.setDrain(nil, at: network.now)
        network.poke(4)
        let undone = network.run(until: { $0.count(of: 4) { $0?.isDraining == false } == 19 }, within: .seconds(3))
        #expect(undone != nil)
        #expect(network.steps.allSatisfy { $0.change.member.state == .alive })
    }

    @Test func theTableHasAnEnd() {
        var settings = MembershipSettings()
        settings.maximumMembers = 5
        settings.maximumContacts = 3
        var network = FakeNetwork(seed: 25)
        for _ in 0..<10 { network.start(settings, contacts: [0, 1, 2, 3]) }
        network.run(.seconds(20))
        #expect(network.hosts.allSatisfy { $0.membership.members.count <= 5 })
        #expect(network.hosts[9].membership.counters.contactsRefused == 1)
        #expect(network.hosts.contains { $0.membership.counters.membersRefused > 0 })
    }
}
