import BeaconBasics
import BeaconCrypto
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconRelay

/// Hellos, and punch requests for nodes of other beacons.
@Suite struct RelayShardFleetTests {
    private let requester = peer(1)

    // MARK: Hello

    private let ask = Hello(
        kind: .ask, beacon: BeaconID(2), session: SessionID(5), control: Address("192.0.2.2:9011")!, nonce: 77,
        keyID: meshKey.id)

    @Test func anAuthenticHelloReachesTheFleetsLoop() {
        let beacon = Beacon.inFleet()
        let source = Endpoint(address: peer(9), local: 3)
        #expect(beacon.receive(helloMessage(ask), from: source) == .accepted(.hello))
        #expect(beacon.requests() == [.hello(ask, from: source)])
        #expect(beacon.requests() == [])
    }

    @Test func garbageNeverReachesTheQueue() {
        let beacon = Beacon.inFleet()
        let good = helloMessage(ask)
        let source = Endpoint(address: peer(9))
        for offset in [4, 8, 14, 20, 32, 40, 49] {
            var bad = good
            bad[offset] ^= 1
            #expect(beacon.receive(bad, from: source) == .dropped(.helloUnauthenticated), "byte \(offset)")
        }
        var wrong = meshKey
        wrong.k0 ^= 1
        #expect(beacon.receive(helloMessage(ask, key: wrong), from: source) == .dropped(.helloUnauthenticated))
        for length in 1..<Hello.length {
            #expect(beacon.receive(Array(good.prefix(length)), from: source) == .dropped(.runt))
        }
        #expect(beacon.receive(bytes("0b09") + Array(good[2...]), from: source) == .dropped(.malformed))
        #expect(beacon.receive(good, from: Endpoint(address: dataAddress(1))) == .dropped(.ownSource))
        #expect(beacon.receive(good, from: Endpoint(address: peer(0))) == .dropped(.badSource))
        #expect(beacon.requests() == [])
    }

    @Test func aFloodOfReplayedHellosFindsAnEnd() {
        let beacon = Beacon.inFleet()
        let source = Endpoint(address: peer(9))
        for _ in 0..<FleetLink.helloCapacity {
            #expect(beacon.receive(helloMessage(ask), from: source) == .accepted(.hello))
        }
        #expect(beacon.receive(helloMessage(ask), from: source) == .dropped(.helloOverload))
        #expect(beacon.fleet!.counters.hellosRefused == 1)
        #expect(beacon.requests().count == FleetLink.helloCapacity)
        #expect(beacon.receive(helloMessage(ask), from: source) == .accepted(.hello))
    }

    // MARK: Punch

    @Test func aPunchForAnotherBeaconsNodeGoesToTheFleet() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(30, at: 2)
        #expect(beacon.receive("03·00000007·0000001e", from: requester) == .accepted(.punchForwarded))
        #expect(
            beacon.requests() == [.punch(requester: NodeID(7), at: requester, target: NodeID(30), grant: nil)])
        #expect(beacon.address(of: 7) == requester, "asking registers, as ever")
        #expect(beacon.receive("03·00000007·0000001f", from: peer(1, host: 6)) == .dropped(.punchUnknownTarget))
        beacon.directory!.set(2, isRoutable: false)
        #expect(beacon.receive("03·00000007·0000001e", from: peer(1, host: 7)) == .dropped(.punchUnknownTarget))
    }

    @Test func theUsualLimitsHoldForIt() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(30, at: 2)
        #expect(beacon.receive("03·00000007·0000001e", from: requester) == .accepted(.punchForwarded))
        #expect(beacon.receive("03·00000007·0000001e", from: requester) == .dropped(.punchSourceRate))
        #expect(beacon.receive("03·00000007", from: requester) == .dropped(.runt))
        #expect(beacon.requests().count == 1)
    }

    /// A requester whose id another beacon has is served where it asked from, and its id is claimed there.
    @Test func theRequestersIdIsClaimedLikeAnyOther() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(30, at: 2)
        beacon.directory!.put(7, at: 3)
        #expect(beacon.receive("03·00000007·0000001e", from: requester) == .accepted(.punchForwarded))
        #expect(
            beacon.requests() == [
                .claim(NodeID(7), by: requester),
                .punch(requester: NodeID(7), at: requester, target: NodeID(30), grant: nil),
            ])
        #expect(beacon.address(of: 7) == nil)
    }

    @Test func aFullQueueIsCounted() {
        let beacon = Beacon.inFleet { $0.punchWhitelist = .everybody }
        beacon.directory!.put(30, at: 2)
        for _ in 0..<FleetLink.requestCapacity {
            #expect(beacon.receive("03·00000007·0000001e", from: requester) == .accepted(.punchForwarded))
        }
        #expect(beacon.receive("03·00000007·0000001e", from: requester) == .dropped(.punchOverload))
        #expect(beacon.fleet!.counters.punchesRefused == 1)
    }

    /// Only the target's beacon has the key: here a grant must be there and not be over, there it is checked.
    @Test func grantsTravelWithTheRequest() {
        let beacon = Beacon.inFleet { settings in
            settings.requiresGrants = true
            settings.punchWhitelist = .everybody
            settings.verifySignature = { _, text, signature in
                String(decoding: text, as: UTF8.self) == "punch-grant:7:30:2000000000" && signature[0] == 0xAA
            }
        }
        beacon.directory!.put(30, at: 2)
        let signature = [0xAA] + [UInt8](repeating: 1, count: 63)
        let request = bytes("03·00000007·0000001e·0000000077359400") + signature
        #expect(beacon.receive("03·00000007·0000001e", from: requester) == .dropped(.punchGrant))
        #expect(
            beacon.receive(
                bytes("03·00000007·0000001e·0000000000000001") + signature, from: Endpoint(address: requester))
                == .dropped(.punchGrant))
        #expect(beacon.receive(request, from: Endpoint(address: requester)) == .accepted(.punchForwarded))
        let grant = PunchGrant(expiry: 2_000_000_000, signature: signature)
        #expect(
            beacon.requests() == [.punch(requester: NodeID(7), at: requester, target: NodeID(30), grant: grant)])

        // The same beacon in the target's place.
        beacon.directory!.remove(30, at: 2)
        _ = beacon.receive(bytes("01·0000001e") + [UInt8](repeating: 5, count: 32), from: Endpoint(address: peer(30)))
        func target(_ requester: UInt32?, _ grant: PunchGrant?, _ time: Int64 = 1_900_000_000) -> Address? {
            beacon.registry.punchTarget(
                NodeID(30), requester: requester.map { NodeID($0) }, grant: grant, unixSeconds: time)?.address
        }
        #expect(target(7, grant) == peer(30))
        #expect(target(8, grant) == nil)
        #expect(target(7, nil) == nil)
        #expect(target(nil, grant) == nil)
        #expect(target(7, grant, 2_000_000_001) == nil)
        #expect(target(7, PunchGrant(expiry: 2_000_000_000, signature: [UInt8](repeating: 0, count: 64))) == nil)
    }

    @Test func commandsGoToWhereTheNodeIsRegistered() {
        let beacon = Beacon.inFleet()
        _ = beacon.receive(bytes("01·0000001e"), from: Endpoint(address: peer(30), local: 2))
        let target = beacon.registry.punchTarget(NodeID(30), requester: nil, grant: nil, unixSeconds: 0)
        #expect(target == Endpoint(address: peer(30), local: 2))
        #expect(beacon.registry.punchTarget(NodeID(31), requester: nil, grant: nil, unixSeconds: 0) == nil)
        #expect(beacon.registry.endpoint(of: NodeID(30), at: peer(30)) == Endpoint(address: peer(30), local: 2))
        #expect(beacon.registry.endpoint(of: NodeID(30), at: peer(31)) == Endpoint(address: peer(31)))
    }
}
