import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconRelay

/// What the scenarios of `conformance.txt` do not show: sources, rates, sizes, batches.
@Suite struct RelayShardTests {
    // MARK: Sources

    @Test(arguments: [
        "0.0.0.0:5", "0.1.2.3:5", "224.0.0.1:5", "255.255.255.255:5", "203.0.113.5:0", "[::]:5", "[ff02::1]:5",
        "[::1]:0",
    ])
    func whoCannotBeAnsweredIsDropped(source: String) throws {
        let beacon = Beacon()
        let source = try #require(Address(source))
        for datagram in [
            "01·00000007", "08·00000007", "03·00000007·00000007", "0001·0000·2112a442·000102030405060708090a0b",
        ] {
            #expect(beacon.receive(datagram, from: source) == .dropped(.badSource), "\(datagram)")
        }
        #expect(beacon.address(of: 7) == nil)
    }

    @Test func anEchoOfTheBeaconItselfIsDropped() {
        let beacon = Beacon()
        for datagram in ["01·00000007", "03·00000007·00000007", "0001·0000·2112a442·000102030405060708090a0b"] {
            #expect(beacon.receive(datagram, from: Beacon.address) == .dropped(.ownSource))
        }
        #expect(beacon.receive("01·00000007", from: Beacon.address.with(port: 9002)) != .dropped(.ownSource))
    }

    @Test func aWildcardBeaconKnowsItselfByTheAddressThatWasTalkedTo() {
        let beacon = Beacon(address: Address(host: "::", port: 9001)!)
        let host = Address(host: "192.0.2.1")!
        let local = beacon.locals.intern(host)
        let echo = Endpoint(address: host.with(port: 9001), local: local)
        #expect(beacon.receive(bytes("01·00000007"), from: echo) == .dropped(.ownSource))
        let neighbour = Endpoint(address: host.with(port: 9000), local: local)
        #expect(beacon.receive(bytes("01·00000007"), from: neighbour) != .dropped(.ownSource))
        let other = Endpoint(address: Address(host: "192.0.2.2", port: 9001)!, local: local)
        #expect(
            beacon.receive(bytes("01·00000007"), from: other) != .dropped(.ownSource),
            "another beacon's port is the same")
    }

    @Test func aBeaconKnowsAllItsAddressesWhereTheDatagramIsGone() {
        let locals = LocalAddresses()
        _ = locals.intern(Address(host: "192.0.2.1")!)
        let own = OwnAddress(bound: Address(host: "0.0.0.0", port: 9001)!, locals: locals)
        #expect(own.isOwn(Address(host: "192.0.2.1", port: 9001)!))
        #expect(!own.isOwn(Address(host: "192.0.2.1", port: 9002)!))
        #expect(!own.isOwn(Address(host: "192.0.2.2", port: 9001)!))
    }

    // MARK: Frames

    @Test(arguments: [0, 1, 1_200, 1_472, 8_000, 65_498])
    func aPayloadOfAnySizeIsDeliveredWhole(size: Int) {
        let beacon = Beacon()
        beacon.register(20, at: peer(1))
        var dice = SeededRandom(seed: UInt64(size))
        let payload = dice.bytes(size)
        let effect = beacon.receive(relayFrame(from: 10, to: 20, payload: payload), from: Endpoint(address: peer(2)))
        let expected = Beacon.Datagram(to: Endpoint(address: peer(1)), bytes: bytes("06·0000000a") + payload)
        #expect(effect == .sent([expected], as: .deliver))
    }

    @Test func aFrameLeavesFromTheAddressThatItsDestinationTalksTo() {
        let beacon = Beacon()
        let local = beacon.locals.intern(Address(host: "192.0.2.9")!)
        let home = Endpoint(address: peer(1), local: local)
        beacon.receive(bytes("01·00000014"), from: home)
        guard case .sent(let sent, _) = beacon.receive(relayFrame(from: 1, to: 20), from: Endpoint(address: peer(2)))
        else {
            Issue.record("not delivered")
            return
        }
        #expect(sent.map(\.to) == [home])
    }

    @Test func aThousandIdsOfOneSocketAreAllAnswered() {
        let beacon = Beacon()
        for node in UInt32(1)...1_000 {
            let effect = beacon.receive(
                bytes("01") + relayFrame(from: node, to: 0)[1..<5], from: Endpoint(address: peer(3)))
            guard case .sent = effect else {
                Issue.record("\(node): \(effect)")
                return
            }
        }
        #expect(beacon.registry.counters.registered == 1_000)
    }

    // MARK: Rates

    private func delivered(_ beacon: Beacon, _ count: Int, from source: Address, to node: UInt32 = 20) -> Int {
        (0..<count).reduce(0) { sum, index in
            let frame = relayFrame(from: UInt32(index), to: node)
            if case .sent = beacon.receive(frame, from: Endpoint(address: source)) { return sum + 1 }
            return sum
        }
    }

    @Test func aSourceRelaysItsRateAndAnotherPortHasItsOwn() {
        let beacon = Beacon(relayRate: 4_000)
        beacon.register(20, at: peer(1))
        #expect(delivered(beacon, 12_000, from: peer(2)) == 4_000)
        #expect(beacon.receive(relayFrame(from: 1, to: 20), from: Endpoint(address: peer(2))) == .dropped(.relayRate))
        #expect(delivered(beacon, 10, from: peer(3)) == 10)
        beacon.clock.advance(.milliseconds(250))
        #expect(delivered(beacon, 2_000, from: peer(2)) == 1_000)
    }

    @Test func framesForNobodyAreFree() {
        let beacon = Beacon(relayRate: 10)
        beacon.register(20, at: peer(1))
        #expect(delivered(beacon, 1_000, from: peer(2), to: 999) == 0)
        #expect(delivered(beacon, 20, from: peer(2)) == 10)
    }

    @Test func framesToOtherBeaconsAreChargedTooButNotThoseOfConfiguredPeers() {
        let beacon = Beacon(relayRate: 10)
        let (configured, stranger) = (peer(9_001, host: 1), peer(9_001, host: 2))
        beacon.routes.configure([configured])
        beacon.receive("07·00000063·0001·0000001e", from: stranger)
        beacon.register(20, at: peer(1))
        #expect(delivered(beacon, 50, from: peer(2), to: 30) == 10)
        #expect(delivered(beacon, 50, from: configured) == 50)
        #expect(delivered(beacon, 50, from: stranger) == 10, "a sync alone buys no exemption")
    }

    @Test func aBeaconThatTheRegistryListsHasNoBudgetWhileItIsListed() {
        let beacon = Beacon(relayRate: 10)
        beacon.register(20, at: peer(1))
        let listed = peer(9_001, host: 1)
        beacon.routes.list([listed])
        #expect(delivered(beacon, 50, from: listed) == 50)
        beacon.routes.list([])
        #expect(delivered(beacon, 50, from: listed) == 0)
    }

    @Test func theRateCanBeChangedWhileItRuns() {
        let beacon = Beacon(relayRate: 5)
        beacon.register(20, at: peer(1))
        #expect(delivered(beacon, 20, from: peer(2)) == 5)
        beacon.live.relayRate = 0
        #expect(delivered(beacon, 5_000, from: peer(2)) == 5_000)
    }

    @Test func anUnprovenEndpointIsNoGoodReflector() {
        let beacon = Beacon(unprovenRate: 10)
        beacon.register(20, at: peer(1))
        #expect(delivered(beacon, 100, from: peer(2)) == 10)
        #expect(
            beacon.receive(relayFrame(from: 1, to: 20), from: Endpoint(address: peer(3))) == .dropped(.unprovenRate))
        beacon.clock.advance(.seconds(1))
        #expect(delivered(beacon, 100, from: peer(2)) == 10)
        beacon.registry.dueProbes(at: beacon.clock.now).forEach { _ in }
        #expect(beacon.receive("50494c50", from: peer(1)) == .accepted(.proof))
        #expect(delivered(beacon, 100, from: peer(2)) == 100)
    }

    // MARK: Batches

    /// Look-ups are remembered within a batch: what the batch itself changed must be seen all the same.
    @Test func aNodeThatRegistersWithinABatchIsFoundInIt() {
        let beacon = Beacon()
        let frame = relayFrame(from: 1, to: 20)
        let sender = Endpoint(address: peer(2))
        #expect(beacon.receive(frame, from: sender) == .dropped(.unknownDestination))
        beacon.receive(bytes("01·00000014"), from: Endpoint(address: peer(1)), inBatch: true)
        #expect(beacon.receive(frame, from: sender, inBatch: true) != .dropped(.unknownDestination))
    }

    @Test func aRunToOneDestinationIsDecidedFrameByFrame() {
        let beacon = Beacon(relayRate: 3)
        beacon.register(20, at: peer(1))
        beacon.register(21, at: peer(4))
        var sent: [Address] = []
        for (index, node) in [20, 20, 21, 20, 21].enumerated() {
            let effect = beacon.receive(
                relayFrame(from: 1, to: UInt32(node)), from: Endpoint(address: peer(2)), inBatch: index > 0)
            if case .sent(let datagrams, _) = effect { sent += datagrams.map(\.to.address) }
        }
        #expect(sent == [peer(1), peer(1), peer(4)])
    }

    // MARK: Any input

    /// Random datagrams from a few senders: never a stop, and always lengths that are there.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func anyDatagramHasAnEffect(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let beacon = Beacon(relayRate: 100, unprovenRate: 5, seed: seed) {
            $0.maximumNodes = 16
            $0.requiresGrants = seed % 3 == 0
            $0.policy = seed % 2 == 0 ? .proof : .reference
        }
        let types: [UInt8] = [0, 1, 1, 2, 3, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10, 0x50, 0xFF]
        for _ in 0..<2_000 {
            var datagram = dice.bytes(Int.random(in: 0...90, using: &dice))
            if !datagram.isEmpty { datagram[0] = types.randomElement(using: &dice)! }
            // Few ids, so that they meet.
            for at in [1, 2, 3, 5, 6, 7] where at < datagram.count { datagram[at] = 0 }
            for at in [4, 8] where at < datagram.count { datagram[at] &= 31 }
            let source = peer(UInt16.random(in: 0...5, using: &dice), host: UInt32.random(in: 1...3, using: &dice))
            if case .sent(let sent, _) = beacon.receive(datagram, from: Endpoint(address: source)) {
                for message in sent {
                    #expect(message.to.address.isReplyable, "seed \(seed)")
                    #expect(message.bytes.count <= max(datagram.count, 64), "seed \(seed)")
                }
            }
            if Int.random(in: 0..<20, using: &dice) == 0 {
                beacon.pass(.milliseconds(UInt64.random(in: 1...200_000, using: &dice)))
            }
            let counters = beacon.registry.counters
            #expect((0...16).contains(counters.ipv4 + counters.ipv6), "seed \(seed)")
        }
    }
}
