import BeaconBasics
import BeaconCrypto
import BeaconMembership
import Testing

@testable import BeaconCluster

extension FakeBeacon {
    var keyEvents: [KeyRotationEvent] {
        events.compactMap { if case .keyRotation(let event) = $0 { event } else { nil } }
    }

    /// Members that were ever anything but alive here.
    var doubts: [ClusterEvent] {
        events.filter { if case .member(let change) = $0 { change.member.state != .alive } else { false } }
    }

    var firstKey: [UInt8] { cluster.keys.secrets[0] }
    var completed: Bool { keyEvents.contains { if case .completed = $0 { true } else { false } } }
}

@Suite struct RotationTests {
    let network = FakeNetwork()

    private func rotate(_ beacon: FakeBeacon, to secret: [UInt8] = newSecret) -> Bool {
        var accepted = false
        network.act(beacon) { accepted = $0.rotate(to: secret, at: $1) }
        return accepted
    }

    @Test(arguments: [1, 2, 5] as [UInt32], [0, 100, 300])
    func everybodySealsWithTheNewKeyAndNobodyIsSuspected(count: UInt32, loss: Int) {
        let fleet = network.startFleet(count)
        network.lossPerMille = loss
        for beacon in fleet { beacon.events = [] }
        #expect(rotate(fleet[0]))
        #expect(network.wait(.seconds(30)) { fleet[0].completed })
        #expect(fleet.allSatisfy { $0.firstKey == newSecret && $0.cluster.keys.secrets[1] == fleetSecret })
        #expect(fleet.allSatisfy { $0.rings.last?.secrets == [newSecret, fleetSecret] })
        if loss <= 100 { #expect(fleet.allSatisfy { $0.doubts.isEmpty }) }
        #expect(fleet.allSatisfy { $0.counters.dropped(.unknownKey) == 0 && $0.counters.dropped(.badSeal) == 0 })
        let acknowledged = fleet[0].keyEvents.filter { if case .acknowledged = $0 { true } else { false } }
        #expect(acknowledged.count == Int(count) - 1)
        let version = fleet[0].cluster.keyVersion
        #expect(version.initiator == BeaconID(1) && fleet.allSatisfy { $0.cluster.keyVersion == version })
    }

    @Test func oneAtATimeAndOnlyAKey() {
        let fleet = network.startFleet(2)
        #expect(!rotate(fleet[0], to: [1, 2, 3]))
        #expect(!rotate(fleet[0], to: fleetSecret), "it is the fleet's already")
        #expect(rotate(fleet[0]))
        #expect(!rotate(fleet[0], to: otherSecret))
    }

    @Test func nobodySealsWithAKeyThatALiveMemberLacks() {
        let fleet = network.startFleet(3)
        let deaf = fleet[2]
        // What the first sends it is lost; the second vouches for it, so it stays alive.
        network.passes = { from, to in !(from == fleet[0].address && to == deaf.address) }
        #expect(rotate(fleet[0]))
        #expect(network.wait(.seconds(70)) { fleet[0].cluster.rotation == nil })
        #expect(fleet[0].live == [2, 3])
        #expect(fleet.allSatisfy { $0.firstKey == fleetSecret })
        guard case .abandoned(_, missing: [BeaconID(3)]) = fleet[0].keyEvents.last else {
            Issue.record("\(String(describing: fleet[0].keyEvents.last))")
            return
        }
    }

    @Test func whoWasAwayIsOfferedTheRingWhenItSpeaksTheOldKey() {
        let fleet = network.startFleet(3)
        network.stop(fleet[2])
        #expect(network.wait(.seconds(20)) { fleet[0].live == [2] })
        #expect(rotate(fleet[0]))
        #expect(network.wait(.seconds(30)) { fleet[0].completed })
        network.pass(.seconds(10))
        let straggler = network.start(3, ring: [fleetSecret])
        network.act(straggler) { $0.contact(fleet[1].address, at: $1) }
        #expect(network.wait(.seconds(5)) { straggler.firstKey == newSecret })
        #expect(straggler.rings.last?.secrets == [newSecret, fleetSecret])
        #expect(network.wait(.seconds(5)) { fleet[..<2].allSatisfy { $0.live.contains(3) } })
        let offered = fleet.flatMap(\.keyEvents).contains { event in
            if case .offeredToStraggler(BeaconID(3), _) = event { true } else { false }
        }
        #expect(offered)
        // And from then on all is said in the new key.
        let sent = straggler.sent.count
        network.pass(.seconds(5))
        let newID = KeyRing.keyID(of: newSecret)!
        let keyBytes = [UInt8(newID >> 8), UInt8(newID & 255)]
        #expect(straggler.sent[sent...].allSatisfy { Array($0.bytes[2..<4]) == keyBytes })
    }

    @Test func whoSpeaksAKeyThatIsGoneIsNamed() {
        let fleet = network.startFleet(2)
        #expect(rotate(fleet[0]))
        #expect(network.wait(.seconds(30)) { fleet[0].completed })
        for beacon in fleet { network.act(beacon) { $0.setKeys(KeyRing([newSecret])!, at: $1) } }
        let straggler = network.start(3, ring: [fleetSecret])
        network.act(straggler) { $0.contact(fleet[0].address, at: $1) }
        network.pass(.seconds(30))
        #expect(straggler.firstKey == fleetSecret && fleet[0].live == [2])
        let named = fleet[0].events.filter { event in
            if case .unknownKey(straggler.address, KeyRing.keyID(of: fleetSecret)!) = event { true } else { false }
        }
        #expect(named.count == 1)
    }

    @Test(arguments: [0, 200], [1, 2, 3] as [UInt64])
    func ofTwoRotationsAtOnceOneWinsEverywhere(loss: Int, seed: UInt64) {
        let network = FakeNetwork(seed: seed)
        let fleet = network.startFleet(5)
        network.lossPerMille = loss
        var accepted = false
        network.act(fleet[1]) { accepted = $0.rotate(to: newSecret, at: $1) }
        #expect(accepted)
        network.pass(.milliseconds(seed * 2))
        network.act(fleet[3]) { accepted = $0.rotate(to: otherSecret, at: $1) }
        #expect(accepted)
        #expect(network.wait(.seconds(100)) { fleet.allSatisfy { $0.cluster.rotation == nil } })
        network.lossPerMille = 0
        network.pass(.seconds(20))
        let rings = fleet.map { $0.cluster.keys.secrets[0] }
        #expect(rings.allSatisfy { $0 == otherSecret }, "the one begun later")
        #expect(fleet.allSatisfy { $0.cluster.keys.contains(fleetSecret) })
        #expect(fleet.allSatisfy { $0.counters.dropped(.unknownKey) == 0 })
    }

    @Test func twoFilesInAnotherOrderLiveTogetherWithoutEnd() {
        let first = network.start(1, ring: [fleetSecret, newSecret])
        let second = network.start(2, ring: [newSecret, fleetSecret])
        network.act(second) { $0.contact(first.address, at: $1) }
        #expect(network.wait(.seconds(3)) { first.live == [2] && second.live == [1] })
        network.pass(.seconds(60))
        #expect(first.doubts.isEmpty && second.doubts.isEmpty)
        #expect(first.rings.isEmpty && second.rings.isEmpty)
        #expect(first.keyEvents.count <= 2 && second.keyEvents.count <= 2, "offered once, not for ever")
    }

    @Test func aNewKeyFileEndsARotationWhoseKeyItLacks() {
        let fleet = network.startFleet(2)
        network.isolate(fleet[1])
        #expect(rotate(fleet[0]))
        network.act(fleet[0]) { $0.setKeys(KeyRing([fleetSecret, otherSecret])!, at: $1) }
        #expect(fleet[0].cluster.rotation == nil)
        guard case .abandoned(_, missing: []) = fleet[0].keyEvents.last else {
            Issue.record("\(String(describing: fleet[0].keyEvents.last))")
            return
        }
    }

    @Test func anOfferForAnEarlierLifeIsNotTaken() {
        let fleet = network.startFleet(2)
        let session = fleet[1].cluster.me.session
        let offer = ClusterMessage.ringOffer(
            RingVersion(stamp: 1, initiator: BeaconID(1)), .open, to: SessionID(session.rawValue - 1),
            secret: newSecret)
        network.act(fleet[0]) { cluster, _ in cluster.send(offer, to: BeaconID(2)) }
        network.pass(.milliseconds(50))
        #expect(fleet[1].cluster.keys.secrets == [fleetSecret])
    }
}
