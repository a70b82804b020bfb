import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

/// Registrations at a beacon that drains: we are beacon 1.
@Suite struct RegistryDrainTests {
    private let home = peer(30)
    private let beacon = Beacon.inFleet()

    init() {
        beacon.register(30, at: home)
        beacon.registry.setDrainPhase(.refusing)
        _ = beacon.changes()
    }

    @Test func newIdsAreAnsweredAndNotRegistered() {
        guard case .sent(let replies, .discover) = beacon.receive("01·00000007", from: peer(7)) else {
            Issue.record("every Discover is answered")
            return
        }
        #expect(replies.count == 1)
        #expect(beacon.address(of: 7) == nil)
        #expect(beacon.registry.counters.refusedDraining == 1)
        #expect(beacon.changes() == [])
    }

    @Test func norIsAClaimBegunForThem() {
        beacon.directory!.put(7, at: 2)
        #expect(beacon.register(7, at: peer(7)) == .draining)
        #expect(beacon.requests() == [])
        #expect(beacon.registry.counters.remoteClaims == 0)
    }

    @Test func whoIsRegisteredStaysSo() {
        #expect(beacon.register(30, at: home) == .registered)
        #expect(beacon.register(30, at: peer(31)) == .pending, "a NAT may still change its mapping")
        beacon.pass(.milliseconds(500))
        #expect(beacon.address(of: 30) == peer(31))
        #expect(beacon.receive("03·0000001e·0000001e", from: peer(31)) != .dropped(.punchUnknownTarget))
    }

    @Test func withNobodyElseLeftNewIdsAreTaken() {
        beacon.registry.setDrainPhase(.accepting)
        #expect(beacon.register(7, at: peer(7)) == .registered)
    }

    @Test func cancelledItTakesThemAgain() {
        #expect(beacon.register(7, at: peer(7)) == .draining)
        beacon.registry.setDrainPhase(.serving)
        #expect(beacon.register(7, at: peer(7)) == .registered)
    }

    // MARK: Nodes that move

    @Test func aNodeThatHasMovedIsNoneOfOurs() {
        #expect(beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now))
        let counters = beacon.registry.counters
        #expect((counters.departed, counters.ipv4, counters.ipv6) == (1, 0, 0))
        #expect(beacon.address(of: 30) == nil)
        #expect(!beacon.registry.isRegistered(NodeID(30)))
        #expect(beacon.registry.nodes(from: 0, limit: 9, at: beacon.clock.now).records == [])
        #expect(beacon.registry.nodeIDs(from: 0, limit: 9).ids == [])
        #expect(beacon.registry.notify(NodeID(30), at: beacon.clock.now) == .unknown)
        #expect(beacon.registry.punchTarget(NodeID(30), requester: nil, grant: nil, unixSeconds: 0) == nil)
        #expect(!beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now), "once")
    }

    @Test func theLogThenTakesTheEntryAway() {
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.registry.withdraw(NodeID(30)))
        let counters = beacon.registry.counters
        #expect((counters.departed, counters.withdrawn, counters.ipv4) == (1, 1, 0))
    }

    @Test func theLogAloneCountsTheMoveToo() {
        #expect(beacon.registry.withdraw(NodeID(30)))
        #expect(beacon.registry.counters.departed == 1)
        #expect(beacon.registry.counters.ipv4 == 0)
    }

    @Test func orWhileTheFleetHasJustChanged() {
        beacon.registry.setDrainPhase(.serving)
        beacon.registry.fleetChanged(at: beacon.clock.now)
        beacon.clock.advance(Registry.unrest)
        #expect(!beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now))
        beacon.registry.fleetChanged(at: beacon.clock.now)
        #expect(beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now))
        #expect(beacon.register(7, at: peer(7)) == .registered, "it serves")
    }

    @Test func onlyWhileItDrains() {
        beacon.registry.setDrainPhase(.serving)
        #expect(!beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now))
        #expect(beacon.address(of: 30) == home)
        #expect(!beacon.registry.moved(NodeID(99), to: dataAddress(2), at: beacon.clock.now))
    }

    @Test func whoComesBackIsNewHere() {
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.register(30, at: home) == .draining)
        #expect(beacon.registry.counters.ipv4 == 0)
        beacon.registry.setDrainPhase(.serving)
        #expect(beacon.register(30, at: home) == .registered)
        #expect(beacon.address(of: 30) == home)
        #expect(beacon.registry.counters.ipv4 == 1)
    }

    @Test func anEntryThatNoLogFollowsIsForgottenInTime() {
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        beacon.pass(.seconds(601))
        #expect(beacon.registry.counters.ipv4 == 0)
        beacon.registry.setDrainPhase(.serving)
        #expect(beacon.register(31, at: peer(31)) == .registered)
        #expect(beacon.registry.counters.ipv4 == 1)
    }

    @Test func whoWasAskedForProofHasGone() {
        beacon.registry.probe(NodeID(30), claimant: peer(9), token: ProbeToken(5), at: beacon.clock.now)
        beacon.registry.moved(NodeID(30), to: dataAddress(2), at: beacon.clock.now)
        #expect(beacon.requests() == [.probed(ProbeToken(5), .gone)])
    }
}
