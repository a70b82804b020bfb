import BeaconBasics
import BeaconDirectory
import BeaconMembership
import Testing

@testable import BeaconCluster

@Suite struct FleetTests {
    @Test(arguments: [2, 3, 4, 5] as [UInt32])
    func beaconsFindEachOtherAndShareTheirNodes(count: UInt32) {
        let network = FakeNetwork()
        let fleet = network.startFleet(count, joined: false)
        #expect(network.wait(.seconds(3)) { fleet.allSatisfy { $0.live.count == Int(count) - 1 } })
        for beacon in fleet {
            let node = NodeID(100 + beacon.id.rawValue)
            network.act(beacon) { $0.registered(node, at: $1) }
        }
        let shared = network.wait(.seconds(1)) {
            fleet.allSatisfy { beacon in
                fleet.allSatisfy { other in
                    other === beacon || beacon.route(100 + other.id.rawValue) == other.id.rawValue
                }
            }
        }
        #expect(shared)
        let counters = fleet.map(\.counters)
        #expect(counters.allSatisfy { $0.dropped.allSatisfy { $0 == 0 } && $0.messagesSkipped == 0 })
        #expect(counters.allSatisfy { $0.opened == $0.datagramsReceived && $0.streamsFailed == 0 })
    }

    @Test func aNewcomerGetsWhatIsThere() {
        let network = FakeNetwork()
        let fleet = network.startFleet(2)
        for node in 1...500 as ClosedRange<UInt32> {
            network.act(fleet[0]) { $0.registered(NodeID(node), at: $1) }
        }
        network.pass(.seconds(5))
        let newcomer = network.start(3)
        network.act(newcomer) { $0.contact(fleet[1].address, at: $1) }
        #expect(network.wait(.seconds(2)) { (1...500).allSatisfy { newcomer.route($0) == 1 } })
    }

    @Test func aNodeThatMovesIsFollowedAndItsOldBeaconLetsGo() {
        let network = FakeNetwork()
        let fleet = network.startFleet(3)
        network.act(fleet[0]) { $0.registered(NodeID(7), at: $1) }
        #expect(network.wait(.seconds(1)) { fleet[1].route(7) == 1 && fleet[2].route(7) == 1 })
        network.act(fleet[1]) { $0.registered(NodeID(7), at: $1) }
        #expect(network.wait(.seconds(1)) { fleet[0].route(7) == 2 && fleet[2].route(7) == 2 })
        #expect(fleet[0].withdrawn.map(\.node) == [NodeID(7)])
        #expect(fleet[0].withdrawn.map(\.by) == [BeaconID(2)])
    }

    @Test func theDeadAreFoundAndTheirNodesAreNotRoutable() {
        let network = FakeNetwork()
        let fleet = network.startFleet(4)
        network.act(fleet[3]) { $0.registered(NodeID(7), at: $1) }
        #expect(network.wait(.seconds(1)) { fleet[0].route(7) == 4 })
        network.stop(fleet[3])
        #expect(network.wait(.seconds(10)) { fleet[..<3].allSatisfy { $0.live.count == 2 && $0.route(7) == nil } })
    }

    @Test func leavingIsKnownAtOnceAndSaidToBeDone() {
        let network = FakeNetwork()
        let fleet = network.startFleet(3)
        network.act(fleet[2]) { $0.leave(at: $1) }
        #expect(network.wait(.seconds(3)) { fleet[2].hasLeft })
        let states = fleet[0].cluster.members.map(\.member.state)
        #expect(states == [.alive, .left])
    }

    @Test func anotherKeyAndAnotherLabelMakeAnotherFleet() {
        let network = FakeNetwork()
        let first = network.start(1, label: "a")
        let label = network.start(2, label: "b")
        let key = network.start(3, ring: [otherSecret], label: "a")
        for beacon in [label, key] { network.act(beacon) { $0.contact(first.address, at: $1) } }
        network.pass(.seconds(20))
        #expect(first.live.isEmpty && label.live.isEmpty && key.live.isEmpty)
        #expect(first.sent.isEmpty, "a stranger was answered")
        #expect(first.counters.dropped(.badSeal) > 0 && first.counters.dropped(.unknownKey) > 0)
        let strangers = first.events.compactMap { event -> Address? in
            if case .unknownKey(let address, _) = event { address } else { nil }
        }
        #expect(strangers == [key.address], "one event a minute")
    }

    @Test func aRestartWithTheClockBehindIsHeardAfterOneNotice() {
        let network = FakeNetwork()
        let fleet = network.startFleet(3)
        network.act(fleet[2]) { $0.registered(NodeID(7), at: $1) }
        let before = fleet[2].cluster.me.session
        network.stop(fleet[2])
        network.pass(.milliseconds(200))
        let again = network.start(3, clockError: -3_600_000)
        #expect(again.cluster.me.session < before)
        network.act(again) { $0.contact(fleet[0].address, at: $1) }
        #expect(network.wait(.seconds(5)) { again.cluster.me.session > before })
        network.act(again) { $0.registered(NodeID(8), at: $1) }
        #expect(
            network.wait(.seconds(5)) {
                again.live == [1, 2] && fleet[..<2].allSatisfy { $0.live.contains(3) && $0.route(8) == 3 }
            })
        #expect(fleet[..<2].allSatisfy { $0.route(7) == nil }, "the old process's nodes")
    }

    @Test func bothProcessesOfOneIDSaySoAndOneKeepsIt() {
        let network = FakeNetwork()
        let fleet = network.startFleet(3)
        network.pass(.seconds(1))
        let clone = network.start(3, host: 1)
        network.act(clone) { $0.contact(fleet[0].address, at: $1) }
        let verdict = { (beacon: FakeBeacon) -> Bool? in
            beacon.events.lazy.compactMap { event in
                if case .duplicateBeaconID(_, let addresses, let weKeepIt) = event, addresses.count == 2 {
                    weKeepIt
                } else {
                    nil
                }
            }.first
        }
        #expect(network.wait(.seconds(5)) { verdict(fleet[2]) != nil && verdict(clone) != nil })
        #expect(verdict(fleet[2]) == true && verdict(clone) == false)
        network.pass(.seconds(5))
        #expect(fleet[0].cluster.members.map(\.member.control) == [fleet[1].address, fleet[2].address])
    }

    @Test func clocksAreComparedAndAFalseOneIsToldOfOnce() {
        let network = FakeNetwork()
        let right = network.start(1)
        let wrong = network.start(2, clockError: 3_600_000)
        network.act(wrong) { $0.contact(right.address, at: $1) }
        network.pass(.seconds(60))
        let skew = right.cluster.clockSkews
        #expect(skew.map(\.beacon) == [BeaconID(2)])
        #expect(abs((skew.first?.milliseconds ?? 0) - 3_600_000) <= 5)
        #expect(abs((wrong.cluster.clockSkews.first?.milliseconds ?? 0) + 3_600_000) <= 5)
        let told = right.events.filter { if case .clockSkew = $0 { true } else { false } }
        #expect(told.count == 1)
    }

    @Test func twoRunsOfOneSeedSendTheSameBytes() {
        let run = { () -> [[UInt8]] in
            let network = FakeNetwork(seed: 77)
            network.lossPerMille = 50
            let fleet = network.startFleet(5)
            for node in 1...50 as ClosedRange<UInt32> {
                network.act(fleet[Int(node % 5)]) { $0.registered(NodeID(node), at: $1) }
            }
            network.pass(.seconds(3))
            return fleet.flatMap { $0.sent.map(\.bytes) }
        }
        let first = run()
        #expect(first.count > 100)
        #expect(first == run())
    }

    @Test func noDatagramIsLargerThanEveryPathTakes() {
        let network = FakeNetwork()
        let fleet = network.startFleet(5)
        for node in 1...3_000 as ClosedRange<UInt32> {
            fleet[0].cluster.registered(NodeID(node &* 2_654_435_761), at: network.time(fleet[0]))
        }
        network.pass(.seconds(2))
        let sizes = fleet.flatMap { $0.sent.map(\.bytes.count) }
        #expect(sizes.max() ?? 0 <= 1_232)
        #expect(sizes.max() ?? 0 > 1_000, "nothing was packed")
    }
}
