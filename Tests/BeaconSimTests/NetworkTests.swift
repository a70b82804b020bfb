import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct NetworkTests {
    private func network(_ hosts: Int, _ change: (inout NetworkSettings) -> Void = { _ in }) -> Network {
        var settings = NetworkSettings()
        change(&settings)
        var dice = SeededRandom(seed: 4)
        return Network(settings, hosts: hosts, dice: &dice)
    }

    private func lost(_ network: inout Network, every gap: Delay, count: Int) -> Int {
        var now = Moment(nanoseconds: 0)
        var lost = 0
        for _ in 0..<count {
            if network.loses(from: 0, to: 1, at: now) { lost += 1 }
            now = now + gap
        }
        return lost
    }

    @Test(arguments: [0, 10_000, 300_000] as [UInt32])
    func lossIsAsAsked(perMillion: UInt32) {
        var network = network(2) { $0.loss = perMillion }
        let lost = lost(&network, every: .milliseconds(1), count: 100_000)
        let expected = Int(perMillion) / 10
        #expect(abs(lost - expected) <= expected / 10 + (perMillion == 0 ? 0 : 50))
    }

    @Test(arguments: [Delay.milliseconds(1), .milliseconds(700), .seconds(60)])
    func burstsHaveTheirMeanHoweverOftenOneLooks(gap: Delay) {
        var network = network(2) {
            $0.burst = .init(meanGood: .milliseconds(4_500), meanBad: .milliseconds(500), perHost: false)
        }
        let count = gap == .milliseconds(1) ? 4_000_000 : 100_000
        let lost = lost(&network, every: gap, count: count)
        #expect((count / 12...count / 8).contains(lost))
    }

    @Test func burstsLast() {
        var network = network(2) {
            $0.burst = .init(meanGood: .milliseconds(4_500), meanBad: .milliseconds(500), perHost: true)
        }
        var now = Moment(nanoseconds: 0)
        var (changes, lost, last) = (0, 0, false)
        for _ in 0..<100_000 {
            let this = network.loses(from: 0, to: 1, at: now)
            if this { lost += 1 }
            if this != last { changes += 1 }
            (last, now) = (this, now + .milliseconds(1))
        }
        #expect(lost > 10_000 && changes < 120)
    }

    @Test func delaysAreWithinTheirBounds() {
        var network = network(50)
        for from in 0..<50 {
            for to in 0..<50 where to != from {
                let delay = network.delay(from: from, to: to)
                #expect(delay >= .milliseconds(20) && delay <= .milliseconds(32))
                #expect(network.base(from, to) == network.base(to, from))
            }
        }
    }

    @Test func partitionsCutsAndEarsBlock() {
        var network = network(4)
        #expect(!network.isBlocked(from: 0, to: 1))
        network.partition([0, 0, 1, 1])
        #expect(network.isBlocked(from: 0, to: 2) && network.isBlocked(from: 2, to: 1))
        #expect(!network.isBlocked(from: 0, to: 1) && !network.isBlocked(from: 2, to: 3))
        network.heal()
        network.setCut(from: 0, to: 2, true)
        #expect(network.isBlocked(from: 0, to: 2) && !network.isBlocked(from: 2, to: 0))
        network.setCut(from: 0, to: 2, false)
        network.setDeaf(1, true)
        #expect(network.isBlocked(from: 0, to: 1) && !network.isBlocked(from: 1, to: 0))
        network.setDeaf(1, false)
        network.setMute(1, true)
        #expect(!network.isBlocked(from: 0, to: 1) && network.isBlocked(from: 1, to: 0))
        network.setMute(1, false)
        #expect(!network.isBlocked(from: 1, to: 0))
    }

    @Test func streamsFailWhereNothingGetsThroughAndAreSlowWhereLittleDoes() {
        var clean = network(2)
        let start = Moment(nanoseconds: 0)
        let quick = clean.connectDelay(from: 0, to: 1, at: start, limit: .seconds(5))
        #expect(quick == Delay(nanoseconds: clean.base(0, 1).nanoseconds * 2))
        let small = clean.transferDelay(100, from: 0, to: 1, at: start, limit: .seconds(5))!
        let large = clean.transferDelay(1_000_000, from: 0, to: 1, at: start, limit: .seconds(5))!
        #expect(small < .milliseconds(31) && large > .milliseconds(200) && large < .seconds(2))
        var cut = network(2)
        cut.setCut(from: 1, to: 0, true)
        let refused = cut.connectDelay(from: 0, to: 1, at: start, limit: .seconds(5))
        #expect(refused == nil)
        var lossy = network(2) { $0.loss = 300_000 }
        let slow = (0..<1_000).filter { _ in
            (lossy.connectDelay(from: 0, to: 1, at: start, limit: .seconds(30)) ?? .seconds(30)) > .seconds(1)
        }
        // 1 - 0.7² of the handshakes lose their first SYN or its answer.
        #expect((450...570).contains(slow.count))
    }
}
