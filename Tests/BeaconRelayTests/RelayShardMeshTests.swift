import BeaconBasics
import BeaconCrypto
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconRelay

/// Frames between beacons: we are beacon 1; 2 and 3 are members, 9 is a reference beacon.
@Suite struct RelayShardMeshTests {
    private let node = peer(1)
    private let payload = bytes("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324")

    private func sent(_ to: Address, _ bytes: [UInt8], as outcome: Outcome) -> Beacon.Effect {
        .sent([.init(to: Endpoint(address: to), bytes: bytes)], as: outcome)
    }

    private func list(_ node: UInt32, at legacy: Address, _ beacon: Beacon) {
        let id = stride(from: 24, through: 0, by: -8).map { UInt8(node >> UInt32($0) & 0xFF) }
        #expect(beacon.receive(bytes("07·00000063·0001") + id, from: Endpoint(address: legacy)) == .synced)
    }

    // MARK: 05 → 0C

    @Test(arguments: [0, 1, 7, 8, 31, 32, 33, 36])
    func aFrameForAnotherBeaconsNodeGoesThereAsOneMeshFrame(length: Int) {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(30, at: 2)
        let payload = Array(payload.prefix(length))
        let effect = beacon.receive(relayFrame(from: 1, to: 30, payload: payload), from: Endpoint(address: node))
        #expect(effect == sent(dataAddress(2), meshFrame(from: 1, to: 30, payload: payload), as: .mesh))
    }

    @Test func theNewestRoutableBeaconHasTheNode() {
        let beacon = Beacon.inFleet()
        let frame = relayFrame(from: 1, to: 30)
        beacon.directory!.put(30, at: 2, stamp: 5)
        beacon.directory!.put(30, at: 3, stamp: 6)
        #expect(
            beacon.receive(frame, from: Endpoint(address: node))
                == sent(dataAddress(3), meshFrame(from: 1, to: 30), as: .mesh))
        beacon.directory!.set(3, isRoutable: false)
        #expect(
            beacon.receive(frame, from: Endpoint(address: node))
                == sent(dataAddress(2), meshFrame(from: 1, to: 30), as: .mesh))
        beacon.directory!.set(2, isRoutable: true, isDraining: true)
        #expect(
            beacon.receive(frame, from: Endpoint(address: node))
                == sent(dataAddress(2), meshFrame(from: 1, to: 30), as: .mesh), "draining is routable")
        beacon.directory!.set(2, isRoutable: false)
        #expect(beacon.receive(frame, from: Endpoint(address: node)) == .dropped(.unknownDestination))
    }

    @Test func ownNodesComeFirstAndReferenceBeaconsLast() {
        let beacon = Beacon.inFleet()
        let home = peer(7)
        list(30, at: dataAddress(9), beacon)
        let frame = relayFrame(from: 1, to: 30)
        #expect(beacon.receive(frame, from: Endpoint(address: node)) == sent(dataAddress(9), frame, as: .forward))
        beacon.directory!.put(30, at: 2)
        #expect(
            beacon.receive(frame, from: Endpoint(address: node))
                == sent(dataAddress(2), meshFrame(from: 1, to: 30), as: .mesh))
        beacon.directory!.remove(30, at: 2)
        beacon.register(30, at: home)
        beacon.directory!.put(30, at: 2)
        #expect(beacon.receive(frame, from: Endpoint(address: node)) == sent(home, bytes("0600000001"), as: .deliver))
    }

    @Test func theSourcesBudgetIsChargedWhereTheFrameEnters() {
        let beacon = Beacon.inFleet(relayRate: 2)
        beacon.directory!.put(30, at: 2)
        let effects = (0..<3).map { _ in beacon.receive(relayFrame(from: 1, to: 30), from: Endpoint(address: node)) }
        #expect(effects[1] == sent(dataAddress(2), meshFrame(from: 1, to: 30), as: .mesh))
        #expect(effects[2] == .dropped(.relayRate))
    }

    /// A reference beacon's frame has crossed once: where it goes now it must stay, or two that each believe the other
    /// has the node would send it round for ever.
    @Test func aReferenceBeaconsFrameGetsOneHop() {
        let beacon = Beacon.inFleet()
        list(99, at: dataAddress(9), beacon)
        beacon.directory!.put(30, at: 2)
        let frame = relayFrame(from: 1, to: 30)
        for source in [dataAddress(9), dataAddress(3)] {
            #expect(
                beacon.receive(frame, from: Endpoint(address: source))
                    == sent(dataAddress(2), meshFrame(hops: 2, from: 1, to: 30), as: .mesh))
        }
        #expect(beacon.receive(frame, from: Endpoint(address: dataAddress(2))) == .dropped(.bounce))
    }

    @Test func withoutAKeyOrAFleetThereIsNoMesh() {
        let keyless = Beacon.inFleet(keys: [])
        keyless.directory!.put(30, at: 2)
        #expect(
            keyless.receive(relayFrame(from: 1, to: 30), from: Endpoint(address: node)) == .dropped(.unknownDestination)
        )
        let frame = meshFrame(from: 1, to: 30)
        #expect(keyless.receive(frame, from: Endpoint(address: dataAddress(2))) == .dropped(.meshUnauthenticated))
        let alone = Beacon()
        #expect(alone.receive(frame, from: Endpoint(address: dataAddress(2))) == .dropped(.unknownType))
        #expect(alone.receive("0b", from: dataAddress(2)) == .dropped(.unknownType))
    }

    @Test func whoClaimsOurOwnAddressGetsNothing() {
        let beacon = Beacon.inFleet()
        beacon.directory!.member(4, at: dataAddress(1))
        beacon.directory!.put(30, at: 4)
        #expect(
            beacon.receive(relayFrame(from: 1, to: 30), from: Endpoint(address: node)) == .dropped(.unknownDestination))
        let echo = meshFrame(from: 1, to: 30)
        #expect(beacon.receive(echo, from: Endpoint(address: dataAddress(1))) == .dropped(.ownSource))
    }

    // MARK: 0C in

    @Test func aMeshFrameIsDeliveredAsItsNodeWantsIt() {
        let beacon = Beacon.inFleet(relayRate: 1)
        beacon.register(6, at: peer(6))
        beacon.register(9, at: peer(9), wantsDestination: true)
        let member = Endpoint(address: dataAddress(2))
        for _ in 0..<10 {
            #expect(
                beacon.receive(meshFrame(from: 1, to: 6, payload: payload), from: member)
                    == sent(peer(6), bytes("0600000001") + payload, as: .deliver), "no budget of a member")
            #expect(
                beacon.receive(meshFrame(hops: 2, from: 1, to: 9, payload: payload), from: member)
                    == sent(peer(9), bytes("090000000100000009") + payload, as: .deliverWithDestination))
        }
    }

    @Test func onlyMembersWithTheFleetsSealAreHeard() {
        let beacon = Beacon.inFleet(keys: [meshKey, otherMeshKey])
        beacon.register(6, at: peer(6))
        let good = meshFrame(from: 1, to: 6, payload: payload)
        let member = Endpoint(address: dataAddress(2))
        #expect(
            beacon.receive(meshFrame(from: 1, to: 6, key: otherMeshKey), from: member) != .dropped(.meshUnauthenticated)
        )
        var unknownKey = meshKey
        unknownKey.id = 99
        var wrongKey = meshKey
        wrongKey.k1 ^= 1
        for key in [unknownKey, wrongKey] {
            #expect(beacon.receive(meshFrame(from: 1, to: 6, key: key), from: member) == .dropped(.meshUnauthenticated))
        }
        for offset in [2, 4, 8, 12, 20, 51] {
            var bad = good
            bad[offset] ^= 1
            #expect(beacon.receive(bad, from: member) == .dropped(.meshUnauthenticated), "byte \(offset)")
        }
        #expect(beacon.receive(Array(good.dropLast()), from: member) == .dropped(.meshUnauthenticated))
        #expect(beacon.receive(good, from: Endpoint(address: node)) == .dropped(.meshStranger))
        #expect(
            beacon.receive(good, from: Endpoint(address: dataAddress(2).with(port: 9_002))) == .dropped(.meshStranger))
        beacon.directory!.set(2, isRoutable: false)
        #expect(beacon.receive(good, from: member) == .dropped(.meshStranger), "a dead member is none")
    }

    @Test func whatIsNotAMeshFrameIsDropped() {
        let beacon = Beacon.inFleet()
        let good = meshFrame(from: 1, to: 6)
        let member = Endpoint(address: dataAddress(2))
        for length in 1..<MeshFrame.headerLength {
            #expect(beacon.receive(Array(good.prefix(length)), from: member) == .dropped(.runt))
        }
        for second: UInt8 in [0x10, 0x13, 0x1F, 0x01, 0x21] {
            var bad = good
            bad[1] = second
            #expect(beacon.receive(bad, from: member) == .dropped(.malformed))
        }
    }

    /// The keys are taken up with the next batch.
    @Test func aNewRingCountsAtOnce() {
        let beacon = Beacon.inFleet()
        beacon.register(6, at: peer(6))
        beacon.directory!.put(30, at: 2)
        let member = Endpoint(address: dataAddress(2))
        beacon.fleet!.keys.replace([otherMeshKey, meshKey])
        #expect(
            beacon.receive(meshFrame(from: 1, to: 6), from: member) == sent(peer(6), bytes("0600000001"), as: .deliver))
        #expect(
            beacon.receive(relayFrame(from: 1, to: 30), from: Endpoint(address: node))
                == sent(dataAddress(2), meshFrame(from: 1, to: 30, key: otherMeshKey), as: .mesh))
        beacon.fleet!.keys.replace([otherMeshKey])
        #expect(beacon.receive(meshFrame(from: 1, to: 6), from: member) == .dropped(.meshUnauthenticated))
    }

    @Test func anUnprovenEndpointsAllowanceHoldsForMeshFramesToo() {
        let beacon = Beacon.inFleet(unprovenRate: 1)
        beacon.register(6, at: peer(6))
        let member = Endpoint(address: dataAddress(2))
        #expect(
            beacon.receive(meshFrame(from: 1, to: 6), from: member) == sent(peer(6), bytes("0600000001"), as: .deliver))
        #expect(beacon.receive(meshFrame(from: 1, to: 6), from: member) == .dropped(.unprovenRate))
    }

    // MARK: 0C on

    @Test func aNodeThatHasJustMovedIsFollowedOnce() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(6, at: 3)
        let member = Endpoint(address: dataAddress(2))
        #expect(
            beacon.receive(meshFrame(from: 1, to: 6, payload: payload), from: member)
                == sent(dataAddress(3), meshFrame(hops: 2, from: 1, to: 6, payload: payload), as: .mesh))
        #expect(beacon.receive(meshFrame(hops: 2, from: 1, to: 6), from: member) == .dropped(.hopLimit))
        #expect(beacon.receive(meshFrame(from: 1, to: 6), from: Endpoint(address: dataAddress(3))) == .dropped(.bounce))
        #expect(beacon.receive(meshFrame(from: 1, to: 8), from: member) == .dropped(.unknownDestination))
    }

    @Test func aReferenceBeaconsNodeIsReachedFromTheMesh() {
        let beacon = Beacon.inFleet()
        list(6, at: dataAddress(9), beacon)
        let member = Endpoint(address: dataAddress(2))
        #expect(
            beacon.receive(meshFrame(from: 1, to: 6, payload: payload), from: member)
                == sent(dataAddress(9), relayFrame(from: 1, to: 6, payload: payload), as: .forward))
        #expect(beacon.receive(meshFrame(hops: 2, from: 1, to: 6), from: member) == .dropped(.hopLimit))
    }

    /// Three beacons, each of which believes the next has the node: two hops, then the frame is dropped and counted.
    @Test func aLoopEndsAfterTwoHops() {
        let ring = (UInt32(1)...3).map { me in
            let beacon = Beacon(address: dataAddress(me), keys: [meshKey])
            for other in UInt32(1)...3 where other != me { beacon.directory!.member(other, at: dataAddress(other)) }
            beacon.directory!.put(6, at: me % 3 + 1)
            return beacon
        }
        var frame = relayFrame(from: 1, to: 6)
        var source = node
        var path: [Outcome] = []
        for turn in 0..<10 {
            switch ring[turn % 3].receive(frame, from: Endpoint(address: source)) {
            case .sent(let datagrams, let outcome):
                frame = datagrams[0].bytes
                #expect(datagrams[0].to.address == dataAddress(UInt32(turn + 1) % 3 + 1))
                source = dataAddress(UInt32(turn) % 3 + 1)
                path.append(outcome)
                continue
            case .dropped(let outcome): path.append(outcome)
            default: Issue.record("neither sent nor dropped")
            }
            break
        }
        #expect(path == [.mesh, .mesh, .hopLimit])
    }
}
