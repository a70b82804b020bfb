import BeaconBasics
import BeaconWire
import Testing

@testable import BeaconCluster

private let requester = NodeID(5)
private let target = NodeID(7)
private let requesterAddress = Address(ipv4: 0xCB00_7105, port: 4_000)
private let targetAddress = Address(ipv4: 0xC633_6407, port: 5_000)

@Suite struct PunchTests {
    let network = FakeNetwork()
    let home: FakeBeacon
    let asker: FakeBeacon

    init() {
        let fleet = network.startFleet(2)
        (home, asker) = (fleet[0], fleet[1])
        network.act(home) { $0.registered(target, at: $1) }
        home.registered[target] = targetAddress
        let known = network.wait(.seconds(1)) { [asker] in asker.route(7) == 1 }
        #expect(known)
    }

    private func punch() {
        network.act(asker) { $0.punch(requester, at: requesterAddress, target: target, at: $1) }
    }

    @Test func eachSideIsCommandedByItsOwnBeacon() {
        punch()
        #expect(network.wait(.milliseconds(20)) { !asker.punches.isEmpty })
        #expect(home.targeted.map(\.node) == [target])
        #expect(home.targeted.map(\.by) == [Punch(requester, at: requesterAddress)])
        let punched = asker.punches
        #expect(punched.map(\.node) == [requester] && punched.map(\.to) == [requesterAddress])
        #expect(punched.map(\.peer) == [targetAddress])
        #expect(asker.counters.punchesDone == 1 && home.counters.punchesServed == 1)
    }

    /// Only the target's beacon knows the key that a grant is checked by.
    @Test func theGrantGoesToTheTargetsBeacon() {
        let grant = PunchGrant(expiry: 4_102_444_800, signature: (0..<64).map { UInt8($0) })
        network.act(asker) { $0.punch(requester, at: requesterAddress, target: target, grant: grant, at: $1) }
        #expect(network.wait(.milliseconds(20)) { !asker.punches.isEmpty })
        #expect(home.targeted.map(\.by) == [Punch(requester, at: requesterAddress, grant: grant)])
    }

    @Test func aTargetThatIsNoLongerThereEndsIt() {
        home.registered = [:]
        punch()
        network.pass(.seconds(1))
        #expect(asker.punches.isEmpty && asker.cluster.punches.open.isEmpty)
        #expect(home.targeted.count == 1)
    }

    @Test func aLostQuestionIsRepeatedOnceAndExpires() {
        network.passes = { _, _ in false }
        let before = asker.sent.count
        punch()
        network.pass(.milliseconds(1_999))
        #expect(asker.cluster.punches.open.count == 1)
        network.pass(.milliseconds(2))
        #expect(asker.cluster.punches.open.isEmpty)
        let requests = asker.sent[before...].count
        #expect(requests >= 2)
        network.passes = { _, _ in true }
        network.pass(.seconds(3))
        #expect(asker.punches.isEmpty && home.targeted.isEmpty)
    }

    @Test func aLostAnswerIsGivenAgainWithoutASecondCommand() {
        var lost = false
        network.passes = { [home] from, _ in
            if from == home.address, !lost, !home.targeted.isEmpty {
                lost = true
                return false
            }
            return true
        }
        punch()
        #expect(network.wait(.seconds(1)) { !asker.punches.isEmpty })
        #expect(lost && home.targeted.count == 1)
    }

    @Test func whatNobodyHasAndWhatIsOverTheBudgetGoesNowhere() {
        network.act(asker) { $0.punch(requester, at: requesterAddress, target: NodeID(99), at: $1) }
        #expect(asker.counters.punchesWithoutTarget == 1)
        for _ in 0..<1_500 { punch() }
        let counters = asker.counters
        #expect(counters.punchesRefused >= 490 && counters.punchesRefused <= 500)
        #expect(asker.cluster.punches.open.count <= 1_010)
    }
}
