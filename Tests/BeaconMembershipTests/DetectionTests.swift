import BeaconBasics
import BeaconMembership
import Testing

@Suite struct DetectionTests {
    /// From the crash until all others hold it for dead.
    private func detection(_ members: Int, lossPerMille: Int, seed: UInt64) -> (time: Delay?, network: FakeNetwork) {
        var network = FakeNetwork.settled(members, seed: seed)
        network.delay = (.milliseconds(20), .milliseconds(30))
        network.lossPerMille = lossPerMille
        network.run(.seconds(15))
        let victim = Int(seed) % members
        network.crash(victim)
        let time = network.run(
            until: { $0.count(of: victim) { $0?.state == .dead } == members - 1 }, within: .seconds(20))
        return (time, network)
    }

    @Test(arguments: [2, 3, 4, 5], [0, 200]) func smallFleets(members: Int, lossPerMille: Int) {
        for seed in UInt64(1)...8 {
            let (time, network) = detection(members, lossPerMille: lossPerMille, seed: seed)
            #expect(
                time != nil && time! <= .seconds(lossPerMille == 0 ? 5 : 8),
                "\(members), seed \(seed): \(String(describing: time))")
            #expect(network.violations.isEmpty)
            #expect(network.falseDeaths.isEmpty)
        }
    }

    /// Two of three suspect it, each alone, while nothing passes between them: they ask each other again.
    @Test(arguments: 1...8, [200, 500] as [UInt64]) func aGapThatSwallowsTheFirstQuestionDoesNotCostTheLongestTime(
        seed: UInt64, gap: UInt64
    ) throws {
        var network = FakeNetwork.settled(3, seed: seed)
        network.run(.seconds(15))
        network.crash(2)
        network.cutOneWay = [[0, 1], [1, 0]]
        try #require(
            network.run(until: { $0.count(of: 2) { $0?.state == .suspect } == 2 }, within: .seconds(5)) != nil)
        network.run(.milliseconds(gap))
        network.cutOneWay = []
        let time = network.run(until: { $0.count(of: 2) { $0?.state == .dead } == 2 }, within: .seconds(20))
        #expect(time != nil && time! <= .seconds(4), "\(String(describing: time))")
        #expect(network.falseDeaths.isEmpty)
    }

    @Test func aHundredAtOnePercentLoss() {
        var times: [Delay] = []
        for seed in UInt64(1)...9 {
            let (time, network) = detection(100, lossPerMille: 10, seed: seed)
            times.append(time ?? .seconds(99))
            #expect(network.violations.isEmpty)
            #expect(network.falseDeaths.isEmpty)
        }
        times.sort()
        #expect(times[4] <= .milliseconds(3_500))
        #expect(times[8] <= .seconds(5))
    }

    /// Every verdict can be explained.
    @Test func theVerdictsCarryEvidence() {
        let (_, network) = detection(10, lossPerMille: 0, seed: 3)
        let deaths = network.steps.filter { $0.change.member.state == .dead }
        #expect(deaths.count == 9)
        #expect(deaths.allSatisfy { !$0.change.evidence!.accusers.isEmpty })
        let judge = deaths.first { $0.change.evidence!.lastChanceFailed && $0.change.evidence!.directAttempts > 0 }
        #expect(judge != nil)
        let status = network.hosts[judge!.observer].membership.status(judge!.change.member.beacon)
        #expect(status?.evidence == judge!.change.evidence)
        #expect(status?.evidenceAt == judge!.at)
    }

    @Test(arguments: [100, 200, 300]) func nobodyDiesOfLoss(perMille: Int) {
        var network = FakeNetwork.settled(40, seed: UInt64(perMille))
        network.delay = (.milliseconds(20), .milliseconds(30))
        network.lossPerMille = perMille
        network.run(.seconds(60))
        #expect(network.falseDeaths.isEmpty)
        #expect(network.violations.isEmpty)
        #expect(network.hosts.filter { $0.membership.isLossy }.count == (perMille > 150 ? 40 : 0))
        network.lossPerMille = 0
        network.run(.seconds(120))
        #expect(network.isSettled)
        #expect(network.hosts.allSatisfy { !$0.membership.isLossy })
    }

    @Test func nobodyDiesOfLongWays() {
        var network = FakeNetwork.settled(20, seed: 8)
        network.delay = (.milliseconds(100), .milliseconds(200))
        let before = network.hosts[0].membership.counters.roundTrips
        network.run(.seconds(60))
        #expect(network.falseDeaths.isEmpty)
        #expect(network.isSettled)
        // What it measures is what was arranged: 200 to 400 ms there and back.
        let trips = network.hosts[0].membership.counters.roundTrips
        #expect(trips.total > before.total + 50)
        let late = zip(DelayHistogram.bounds, zip(trips.counts, before.counts)).filter { $1.0 > $1.1 }.map(\.0)
        #expect(late.allSatisfy { (200_000...458_752).contains($0) }, "\(late)")
    }

    /// Members whose input is late do not take others with them.
    @Test func slowMembersHarmNobodyElse() {
        var network = FakeNetwork.settled(30, seed: 9)
        for host in [3, 7, 11] { network.hosts[host].slowness = .milliseconds(1_200) }
        network.run(.seconds(60))
        #expect(network.falseDeaths.allSatisfy { [3, 7, 11].contains(network.index(of: $0.change.member.beacon)) })
        for host in [3, 7, 11] { network.hosts[host].slowness = .milliseconds(0) }
        #expect(network.run(until: { $0.isSettled }, within: .seconds(20)) != nil)
    }

    @Test func aBlockedPairIsHelpedByRelays() {
        var network = FakeNetwork.settled(6, seed: 10)
        network.cutOneWay = [[0, 1], [1, 0]]
        network.run(.seconds(60))
        #expect(network.falseDeaths.isEmpty)
    }

    /// UDP between two goes one way only, and there is nobody to relay: the stream says that they live.
    @Test func twoMembersHaveTheStream() {
        var network = FakeNetwork.settled(2, seed: 11)
        network.lossPerMille = 0
        network.datagramsWork = false
        network.run(.seconds(30))
        #expect(network.falseDeaths.isEmpty)
        #expect(network.hosts[0].membership.counters.streamRescues > 5)
        network.streamsWork = false
        network.run(.seconds(30))
        #expect(network.hosts[0].membership.liveCount == 0)
    }

    @Test func theDeafDieAndTakeNobodyAlong() {
        var network = FakeNetwork.settled(20, seed: 12)
        network.cutOneWay = Set((0..<20).filter { $0 != 5 }.map { [$0, 5] })
        network.run(.seconds(40))
        let others = network.falseDeaths.filter { $0.observer != 5 && network.index(of: $0.change.member.beacon) != 5 }
        #expect(others.isEmpty)
        #expect(network.count(of: 5) { $0?.state == .dead } == 19)
        network.cutOneWay = []
        #expect(network.run(until: { $0.isSettled }, within: .seconds(20)) != nil)
    }

    @Test func idleFleetsAreQuiet() {
        var network = FakeNetwork.settled(50, seed: 13)
        network.run(.seconds(60))
        let before = network.hosts.reduce(0) { $0 + $1.bytesSent }
        network.run(.seconds(60))
        let rate = (network.hosts.reduce(0) { $0 + $1.bytesSent } - before) / 60 / 50
        #expect(rate > 200 && rate < 350)
        #expect(network.hosts.allSatisfy { $0.membership.rumoursWaiting == 0 })
    }

    /// One seed, one history.
    @Test func itReplays() {
        func history() -> [String] {
            let (_, network) = detection(12, lossPerMille: 150, seed: 77)
            return network.steps.map { "\($0.at.nanoseconds) \($0.observer) \($0.change)" }
        }
        let first = history()
        #expect(first.count > 11)
        #expect(first == history())
    }
}
