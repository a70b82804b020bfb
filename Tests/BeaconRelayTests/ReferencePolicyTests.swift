import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

/// `--registration reference`: the reference beacon's rules (protocol.md §1.2, §1.4).
@Suite struct ReferencePolicyTests {
    private let first = peer(1)
    private let second = peer(2)

    private func beacon() -> Beacon { Beacon { $0.policy = .reference } }

    @Test(arguments: [(29_999, false), (30_000, true), (30_001, true)] as [(UInt64, Bool)])
    func anIdMovesThirtySecondsAfterTheLastAcceptedDiscover(after milliseconds: UInt64, moves: Bool) {
        let beacon = beacon()
        beacon.register(7, at: first)
        beacon.clock.advance(.milliseconds(milliseconds))
        #expect(beacon.register(7, at: second) == (moves ? .registered : .pending))
        #expect(beacon.address(of: 7) == (moves ? second : first))
        #expect(beacon.registry.counters.limitedDiscovers == (moves ? 0 : 1))
    }

    @Test func aLimitedDiscoverDoesNotRefreshNorStartTheThirtySecondsAnew() {
        let beacon = beacon()
        beacon.register(7, at: first)
        beacon.clock.advance(.seconds(20))
        #expect(beacon.register(7, at: first) == .pending)
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.age == .seconds(20))
        beacon.clock.advance(.seconds(10))
        #expect(beacon.register(7, at: first) == .registered)
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.age == .seconds(0))
    }

    @Test func aPunchRequestMovesAtOnceAndLeavesTheThirtySecondsAlone() {
        let beacon = beacon()
        beacon.register(7, at: first)
        beacon.clock.advance(.seconds(10))
        let punch = Registry.Registration(node: NodeID(7), source: Endpoint(address: second), isDiscover: false)
        #expect(beacon.registry.register(punch, key: nil, at: beacon.clock.now) == .registered)
        #expect(beacon.address(of: 7) == second)
        #expect(beacon.register(7, at: first) == .pending)
        beacon.clock.advance(.seconds(20))
        #expect(beacon.register(7, at: first) == .registered)
        #expect(beacon.registry.counters.moved == 2)
    }

    @Test func anIdThatCameByAPunchMayDiscoverAtOnce() {
        let beacon = beacon()
        let punch = Registry.Registration(node: NodeID(7), source: Endpoint(address: first), isDiscover: false)
        _ = beacon.registry.register(punch, key: nil, at: beacon.clock.now)
        #expect(beacon.register(7, at: second) == .registered)
        #expect(beacon.address(of: 7) == second)
    }

    @Test func nobodyIsEverAsked() {
        let beacon = beacon()
        beacon.register(7, at: first)
        beacon.register(7, at: second)
        #expect(beacon.pass(.seconds(60)).isEmpty)
        #expect(beacon.registry.counters.claims == 0)
    }

    @Test func the08MarkIsNeverTakenBack() {
        let beacon = beacon()
        beacon.register(7, at: first)
        beacon.register(7, at: second, wantsDestination: true)
        #expect(
            beacon.registry.node(NodeID(7), at: beacon.clock.now)?.wantsDestination == true, "even a limited 08 counts")
        beacon.clock.advance(.seconds(30))
        beacon.register(7, at: second)
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.wantsDestination == true)
        beacon.pass(.seconds(601))
        beacon.register(7, at: first)
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.wantsDestination == false, "gone with the entry")
    }
}
