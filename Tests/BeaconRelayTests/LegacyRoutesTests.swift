import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconRelay

@Suite struct LegacyRoutesTests {
    private let clock = ManualClock()
    private let a = peer(9_001, host: 1)
    private let b = peer(9_001, host: 2)

    private func routes(capacity: Int = 1_024, firstGeneration: UInt32 = 0) -> LegacyRoutes {
        LegacyRoutes(capacity: capacity, hash: KeyedHash(k0: 3, k1: 5), firstGeneration: firstGeneration)
    }

    /// Has `source` say that it has `nodes`.
    @discardableResult
    private func sync(
        _ routes: LegacyRoutes, _ source: Address, _ nodes: some Sequence<UInt32>, beacon: UInt32 = 99,
        at now: Moment? = nil
    ) -> Bool {
        let ids = nodes.map { NodeID($0) }
        let (message, _) = writing(room: Sync.headerLength + 4 * ids.count) {
            Sync.write(beacon: beacon, nodes: ids, into: &$0)
        }
        return reading(message) { span in
            guard let sync = try? Sync(span) else { return false }
            return routes.take(sync, span, from: source, at: now ?? clock.now)
        }
    }

    @Test func aListReplacesAllThatItsSenderSaid() {
        let routes = routes()
        sync(routes, a, [10, 20, 30])
        sync(routes, a, [20, 40])
        #expect([10, 20, 30, 40].map { routes.find(NodeID($0)) } == [nil, a, nil, a])
        sync(routes, a, [])
        #expect(routes.find(NodeID(20)) == nil)
        #expect(routes.counts.routes == 0)
        sync(routes, a, [20])
        #expect(routes.find(NodeID(20)) == a, "an emptied list can fill again")
    }

    @Test func idZeroIsARouteLikeAnyOther() {
        let routes = routes()
        #expect(routes.find(NodeID(0)) == nil)
        sync(routes, a, [1])
        #expect(routes.find(NodeID(0)) == nil)
        sync(routes, a, [0])
        #expect(routes.find(NodeID(0)) == a)
    }

    @Test func theSenderIsItsAddressAndPort() {
        let routes = routes()
        sync(routes, a, [10])
        sync(routes, a.with(port: 9_002), [20])
        #expect(routes.find(NodeID(10)) == a)
        #expect(routes.find(NodeID(20)) == a.with(port: 9_002))
        #expect(routes.peers.map(\.address) == [a, a.with(port: 9_002)])
    }

    @Test func thousandIdsInOneList() {
        let routes = routes()
        sync(routes, a, 1...1_000)
        for id in UInt32(1)...1_000 { #expect(routes.find(NodeID(id)) == a) }
        #expect(routes.counts.routes == 1_000)
        #expect(routes.peers[0].nodes == 1_000)
        #expect(routes.peers[0].beacon == 99)
    }

    @Test func ninetySecondsOfSilenceEndARoute() {
        var clock = clock
        let routes = routes()
        sync(routes, a, [10], at: clock.now)
        clock.advance(.seconds(45))
        sync(routes, b, [20], at: clock.now)
        routes.sweep(limit: 100, at: clock.advance(.seconds(45)))
        #expect(routes.find(NodeID(10)) == a, "90 s are not over")
        routes.sweep(limit: 100, at: clock.advance(Delay(nanoseconds: 1)))
        #expect(routes.find(NodeID(10)) == nil)
        #expect(routes.find(NodeID(20)) == b)
        #expect(routes.counts.routes == 1)
        sync(routes, a, [10], at: clock.now)
        #expect(routes.find(NodeID(10)) == a)
    }

    @Test func peersAreKnownByTheirAddress() {
        let routes = routes()
        routes.configure([a, a])
        sync(routes, b, [10])
        #expect(routes.isPeer(a) && routes.isPeer(b))
        #expect(!routes.isPeer(a.with(port: 1)))
        #expect(routes.isNamedPeer(a) && !routes.isNamedPeer(b))
        #expect(routes.peers.map(\.configured) == [true, false])
    }

    // MARK: The registry's list

    @Test func theRegistrysListIsBesideTheConfiguredPeersAndReplacesItself() {
        let routes = routes()
        routes.configure([a])
        routes.list([b, a])
        #expect(routes.isNamedPeer(a) && routes.isNamedPeer(b))
        #expect(routes.peers.map(\.address) == [a, b])
        #expect(routes.peers.map(\.configured) == [true, false])
        #expect(routes.peers.map(\.listed) == [true, true])
        let c = peer(9_001, host: 3)
        routes.list([c])
        #expect(routes.isNamedPeer(a) && !routes.isNamedPeer(b) && routes.isNamedPeer(c))
        #expect(routes.peers.map(\.address) == [a, c], "who was never heard of is forgotten")
        #expect(!routes.isPeer(b))
        routes.list([])
        #expect(routes.peers.map(\.address) == [a])
        #expect(routes.isNamedPeer(a), "an empty list leaves the configured ones")
    }

    @Test func aBeaconThatIsNoLongerListedKeepsItsRoutesAsAStranger() {
        let routes = routes()
        routes.list([a])
        sync(routes, a, [10])
        routes.list([])
        #expect(!routes.isNamedPeer(a) && routes.isPeer(a))
        #expect(routes.find(NodeID(10)) == a)
        routes.list([a])
        #expect(routes.isNamedPeer(a) && routes.peers.count == 1)
    }

    @Test func aStrangerBecomesListed() {
        let routes = routes()
        sync(routes, a, [10])
        routes.list([b, a])
        #expect(routes.isNamedPeer(a) && routes.isNamedPeer(b))
        #expect(routes.find(NodeID(10)) == a)
    }

    @Test func addressesThatDifferInOnePartOnlyAreToldApart() {
        let routes = routes()
        let named = Address(high: 0xFE80 << 48, low: 1, scope: 2, port: 9_001)
        routes.list([named])
        #expect(routes.isNamedPeer(named))
        for other in [
            Address(high: 0xFE81 << 48, low: 1, scope: 2, port: 9_001),
            Address(high: 0xFE80 << 48, low: 2, scope: 2, port: 9_001),
            Address(high: 0xFE80 << 48, low: 1, scope: 3, port: 9_001), named.with(port: 9_002),
        ] { #expect(!routes.isNamedPeer(other) && !routes.isPeer(other)) }
    }

    /// Lists that share nothing, one after the other: as many places as one list needs.
    @Test func changingListsTakeNoMoreRoom() {
        let routes = routes()
        for round in UInt32(0)..<500 { routes.list([Address(ipv4: 0x0B00_0000 + round, port: 1), b]) }
        #expect(Set(routes.peers.map(\.address)) == [Address(ipv4: 0x0B00_01F3, port: 1), b])
        for stranger in UInt32(0)..<253 { #expect(sync(routes, Address(ipv4: 0x0C00_0000 + stranger, port: 1), [])) }
        #expect(routes.peers.count == LegacyRoutes.maximumPeers)
    }

    /// Strangers can fill all places, and keep them alive; a listed beacon gets one all the same.
    @Test func aListedBeaconPushesOutTheStrangerHeardOfLeastRecently() {
        var clock = clock
        let routes = routes()
        for stranger in UInt32(0)..<UInt32(LegacyRoutes.maximumPeers) {
            sync(
                routes, Address(ipv4: 0x0B00_0000 + stranger, port: 1), [stranger], at: clock.advance(.milliseconds(1)))
        }
        sync(routes, Address(ipv4: 0x0B00_0000, port: 1), [0], at: clock.advance(.milliseconds(1)))
        routes.list([a])
        #expect(routes.isNamedPeer(a))
        #expect(!routes.isPeer(Address(ipv4: 0x0B00_0001, port: 1)))
        #expect(routes.find(NodeID(1)) == nil)
        #expect(routes.find(NodeID(0)) == Address(ipv4: 0x0B00_0000, port: 1))
        sync(routes, a, [7_000], at: clock.now)
        #expect(routes.find(NodeID(7_000)) == a)
    }

    // MARK: Bounds

    @Test func aFloodOfStrangersTakesNoMoreRoomAndNoConfiguredPlace() {
        let routes = routes()
        routes.configure([a])
        var taken = 0
        for stranger in UInt32(0)..<2_000 where sync(routes, Address(ipv4: 0x0B00_0000 + stranger, port: 1), [stranger])
        { taken += 1 }
        #expect(taken == LegacyRoutes.maximumPeers - 1)
        #expect(routes.peers.count == LegacyRoutes.maximumPeers)
        #expect(sync(routes, a, [5_000]))
        #expect(routes.find(NodeID(5_000)) == a)
        #expect(routes.find(NodeID(0)) == Address(ipv4: 0x0B00_0000, port: 1), "who is alive keeps its place")
    }

    @Test func aSilentStrangerMakesRoomAndItsRoutesDoNotComeBackAsAnothers() {
        var clock = clock
        let routes = routes()
        for stranger in UInt32(0)..<UInt32(LegacyRoutes.maximumPeers) {
            sync(routes, Address(ipv4: 0x0B00_0000 + stranger, port: 1), [stranger], at: clock.now)
        }
        #expect(!sync(routes, a, [7_000], at: clock.now))
        clock.advance(.seconds(91))
        routes.sweep(limit: 0, at: clock.now)
        for next in UInt32(0)..<UInt32(LegacyRoutes.maximumPeers) {
            let newcomer = Address(ipv4: 0x0C00_0000 + next, port: 1)
            #expect(sync(routes, newcomer, [10_000 + next], at: clock.now))
            #expect(routes.find(NodeID(10_000 + next)) == newcomer)
        }
        for old in UInt32(0)..<UInt32(LegacyRoutes.maximumPeers) { #expect(routes.find(NodeID(old)) == nil) }
        #expect(!routes.isPeer(Address(ipv4: 0x0B00_0000, port: 1)))
    }

    @Test func whatFindsNoRoomIsCounted() {
        let routes = routes(capacity: 100)
        sync(routes, a, 0..<130)
        #expect(routes.counts.routes == 100)
        #expect(routes.counts.overflows == 30)
        #expect(routes.find(NodeID(99)) == a)
        #expect(routes.find(NodeID(100)) == nil)
    }

    @Test func deadRoutesMakeRoom() {
        let routes = routes(capacity: 100)
        for round in UInt32(0)..<50 {
            sync(routes, a, round * 100..<round * 100 + 100)
            for id in round * 100..<round * 100 + 100 { #expect(routes.find(NodeID(id)) == a) }
            sync(routes, a, [])
        }
        #expect(routes.counts.overflows == 0)
    }

    /// A table that is full of live routes costs a stranger's list one look through it, not one for each id: else a
    /// handful of datagrams would hold up the housekeeper, and with it every proof of life, for minutes.
    @Test(.timeLimit(.minutes(1)))
    func aFullTableIsSearchedForRoomOncePerList() {
        let routes = routes(capacity: 65_536)
        for part in UInt32(0)..<5 {
            let source = a.with(port: 9_001 + UInt16(part))
            sync(routes, source, part * 16_375..<part * 16_375 + 16_375)
        }
        let before = routes.looks
        sync(routes, b, 1_000_000..<1_016_375)
        #expect(routes.looks - before == 65_536)
        #expect(routes.peers.last?.nodes == 0)
    }

    @Test func aSweepFreesABoundedNumber() {
        let routes = routes(capacity: 1_000)
        sync(routes, a, 0..<1_000)
        sync(routes, a, [])
        routes.sweep(limit: 10, at: clock.now)
        #expect(sync(routes, b, 5_000..<5_010))
        #expect(routes.counts == (10, 0))
    }

    @Test func generationsGoRound() {
        let routes = routes(capacity: 16, firstGeneration: 0xFF_FFF9)
        for round in UInt32(0)..<12 {
            sync(routes, a, [10 + round])
            #expect(routes.find(NodeID(10 + round)) == a, "sync \(round)")
            #expect(routes.find(NodeID(9 + round)) == nil, "sync \(round)")
        }
    }

    // MARK: Beside readers

    /// A route that is in every list is there at every moment, and no reader meets an address that nobody has.
    @Test func aSyncLeavesNoGap() {
        let routes = routes(capacity: 256)
        sync(routes, a, 0..<40)
        let (a, now) = (a, clock.now)
        let gaps = race(readers: 2) { turn in
            let fresh = 100 + UInt32(truncatingIfNeeded: turn) % 1_000
            sync(routes, a, [0, 1, 2, 3, fresh], at: now)
        } read: { _ in
            (0..<200_000).reduce(0) { $0 + (routes.find(NodeID(UInt32($1 % 4))) == a ? 0 : 1) }
        }
        #expect(gaps == 0)
    }

    /// The registry's list changes beside readers: who stays in it is named at every moment.
    @Test func aListLeavesNoGap() async {
        let routes = routes(capacity: 64)
        let (a, b) = (a, b)
        routes.configure([b])
        routes.list([a])
        let gaps = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                for round in UInt32(0)..<3_000 { routes.list([Address(ipv4: round + 1, port: 1), a]) }
                return 0
            }
            for peer in [a, b] {
                group.addTask { (0..<100_000).reduce(0) { gaps, _ in gaps + (routes.isNamedPeer(peer) ? 0 : 1) } }
            }
            return await group.reduce(0, +)
        }
        #expect(gaps == 0)
    }

    /// Senders come and go in one place of the table: a reader gets the address of one of them, never parts of two.
    @Test func aPlaceThatChangesHandsIsNeverReadHalfWay() {
        let routes = routes(capacity: 64)
        let now = clock.now
        routes.configure((1..<UInt16(LegacyRoutes.maximumPeers)).map { peer($0, host: 200) })
        @Sendable func sender(_ n: UInt64) -> Address {
            Address(high: n, low: n &* 3, scope: UInt32(truncatingIfNeeded: n), port: UInt16(truncatingIfNeeded: n))
        }
        let mixes = race(readers: 2) { turn in
            sync(routes, sender(turn), [7], at: now)
            sync(routes, sender(turn), [], at: now)
        } read: { _ in
            (0..<1_000_000).reduce(0) { mixes, _ in
                guard let found = routes.find(NodeID(7)) else { return mixes }
                return mixes + (found == sender(found.high) ? 0 : 1)
            }
        }
        #expect(mixes == 0)
    }
}
