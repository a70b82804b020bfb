import BeaconBasics
import BeaconClock
import BeaconCrypto
import BeaconDirectory
import BeaconRelay
import BeaconTestKit
import BeaconWire
import Synchronization
import Testing

@testable import BeaconDataPlane

/// Data planes of one fleet, over real sockets; the test plays the control plane.
@Suite struct FleetPlaneTests {
    private let seven = NodeID(7)

    @Test(arguments: ["127.0.0.1", "::1"])
    func aFrameGoesAcross(host: String) throws {
        try withFleet(2, host) { fleet in
            let (near, far) = (LoopbackSocket(host), LoopbackSocket(host))
            _ = try #require(far.ask("08·00000007", fleet[1].address))
            #expect(
                eventually {
                    fleet[1].plane.drainRegistryChanges(limit: 9).changes == [RegistryChange(seven, .registered)]
                })
            fleet[0].directory.put(7, at: 1)
            near.send(bytes("05·00000001·00000007·aabb"), to: fleet[0].address)
            let frame = try #require(far.receive())
            #expect(hex(frame.bytes) == "090000000100000007aabb")
            #expect(frame.source == fleet[1].address, "a node hears its own beacon alone")
            #expect(
                eventually { fleet[0].plane.totals[.mesh] == 1 && fleet[1].plane.totals[.deliverWithDestination] == 1 })
            #expect(fleet[0].plane.totals.sent(.mesh) == 1 && fleet[1].plane.totals.received(.mesh) == 1)
        }
    }

    /// Listening everywhere, a beacon leaves the choice of its source to the kernel, until it knows what the members
    /// know it by.
    @Test(arguments: ["0.0.0.0", "::"])
    func framesLeaveFromWhereMembersKnowUs(host: String) throws {
        try withFleet(2, host) { fleet in
            let (near, far) = (LoopbackSocket(), LoopbackSocket())
            let known = Address(host: "127.0.0.5", port: fleet[0].address.port)!
            let there = Address(host: "127.0.0.1", port: fleet[1].address.port)!
            let here = Address(host: "127.0.0.1", port: fleet[0].address.port)!
            fleet[1].directory.member(0, at: known)
            fleet[0].directory.member(1, at: there)
            fleet[0].directory.put(7, at: 1)
            _ = try #require(far.ask("01·00000007", there))
            near.send(bytes("05·00000001·00000007·aa"), to: here)
            #expect(eventually { fleet[1].plane.totals[.meshStranger] == 1 })
            // Not ours, and of no use to a peer of the other family: the kernel's choice stays.
            for other in [Address(host: "192.0.2.1")!, Address(host: "::1")!] {
                fleet[0].plane.setDataAddress(other)
                near.send(bytes("05·00000001·00000007·aa"), to: here)
            }
            #expect(eventually { fleet[1].plane.totals[.meshStranger] == 3 })
            fleet[0].plane.setDataAddress(known)
            near.send(bytes("05·00000001·00000007·bb"), to: here)
            #expect(try #require(far.receive()).bytes == bytes("06·00000001·bb"))
        }
    }

    /// Two beacons that each say the other has the node: the frame does not go back.
    @Test func twoBeaconsDoNotBounceAFrame() throws {
        try withFleet(2) { fleet in
            fleet[0].directory.put(7, at: 1)
            fleet[1].directory.put(7, at: 0)
            LoopbackSocket().send(bytes("05·00000001·00000007·aa"), to: fleet[0].address)
            #expect(eventually { fleet[1].plane.totals[.bounce] == 1 })
            #expect(fleet[0].plane.totals.received == 1 && fleet[1].plane.totals.received == 1)
        }
    }

    @Test func aRingOfBeaconsDropsAFrameAfterTwoHops() throws {
        try withFleet(3) { fleet in
            for me in 0..<3 { fleet[me].directory.put(7, at: UInt32(me + 1) % 3) }
            LoopbackSocket().send(bytes("05·00000001·00000007·aa"), to: fleet[0].address)
            #expect(eventually { fleet[2].plane.totals[.hopLimit] == 1 })
            #expect(eventually { fleet[0].plane.totals[.mesh] == 1 && fleet[1].plane.totals[.mesh] == 1 })
            #expect(fleet.map { $0.plane.totals.received } == [1, 1, 1])
        }
    }

    /// A burst stays one message for the kernel at each beacon: headers are pieces, payloads stay where they came in.
    @Test func burstsOfOneSizeStaySegmentedMessages() throws {
        try withFleet(2) { fleet in
            let far = LoopbackSocket()
            _ = try #require(far.ask("01·00000007", fleet[1].address))
            fleet[0].directory.put(7, at: 1)
            for beacon in fleet { beacon.plane.live.offloads.insert(.groAlways) }
            let needed: Offloads = [.gso, .gro]
            let isCapable = fleet.allSatisfy {
                $0.plane.shards(at: SystemClock.now())[0].capable.isSuperset(of: needed)
            }
            // A kernel without UDP_SEGMENT or UDP_GRO has nothing to show here.
            guard isCapable else { return }
            // The option is turned on behind a batch, and published later.
            let isOn = eventually {
                for beacon in fleet { _ = LoopbackSocket().ask("01·00000001", beacon.address) }
                return fleet.allSatisfy { $0.plane.shards(at: SystemClock.now())[0].active.contains(.gro) }
            }
            try #require(isOn)
            let before = fleet.map { $0.plane.totals.segmentedSends }
            var burst = try Burst()
            for round in 0..<10 {
                burst.send(32, round, to: fleet[0].address)
                for position in 0..<32 {
                    let frame = try #require(far.receive())
                    #expect(frame.bytes == bytes("0600000001") + Burst.payload(round, position))
                }
            }
            #expect(
                eventually { fleet[1].plane.totals.sent(.deliver) == 320 && fleet[0].plane.totals.sent(.mesh) == 320 })
            for (beacon, before) in zip(fleet, before) {
                #expect(beacon.plane.totals.segmentedSends - before == 10)
            }
        }
    }

    // MARK: The control plane's part

    @Test func aPunchGoesAcross() throws {
        try withFleet(2) { fleet in
            let (near, far) = (LoopbackSocket(), LoopbackSocket())
            _ = try #require(far.ask("01·00000007", fleet[1].address))
            fleet[0].directory.put(7, at: 1)
            near.send(bytes("03·00000001·00000007"), to: fleet[0].address)
            let requests = fleet[0].requests()
            #expect(
                requests == [.punch(requester: NodeID(1), at: near.address, target: seven, grant: nil)])
            #expect(fleet[1].plane.command(seven, naming: near.address) == far.address)
            #expect(fleet[1].plane.command(NodeID(8), naming: near.address) == nil)
            #expect(fleet[0].plane.command(NodeID(1), at: near.address, naming: far.address))
            let (toNear, toFar) = (try #require(near.receive()), try #require(far.receive()))
            #expect(toNear.bytes == observed(0x04, far.address) && toNear.source == fleet[0].address)
            #expect(toFar.bytes == observed(0x04, near.address) && toFar.source == fleet[1].address)
            #expect(eventually { fleet[0].plane.totals[.punchForwarded] == 1 })
        }
    }

    @Test func anIdMovesWhenItsOldBeaconLetsItGo() throws {
        try withFleet(2) { fleet in
            let (owner, claimant) = (LoopbackSocket(), LoopbackSocket())
            _ = try #require(owner.ask("01·00000007", fleet[0].address))
            fleet[1].directory.put(7, at: 0)
            #expect(try #require(claimant.ask("01·00000007", fleet[1].address)) == observed(0x02, claimant.address))
            #expect(fleet[1].requests() == [.claim(seven, by: claimant.address)])

            fleet[0].plane.probe(seven, claimant: claimant.address, token: ProbeToken(5))
            let probe = try #require(owner.receive())
            #expect(probe.bytes == observed(0x04, fleet[0].address))
            owner.send(bytes("50494c50"), to: fleet[0].address)
            #expect(fleet[0].requests() == [.probed(ProbeToken(5), .lives)])
            fleet[1].plane.decide(seven, claimant: claimant.address, .refused)
            #expect(fleet[1].plane.registry.counters.claimsContested == 1)

            let honest = LoopbackSocket("127.0.0.2")
            fleet[0].plane.probe(seven, claimant: owner.address, token: ProbeToken(6))
            #expect(fleet[0].requests() == [.probed(ProbeToken(6), .gone)])
            fleet[1].directory.remove(7, at: 0)
            _ = try #require(honest.ask("01·00000007", fleet[1].address))
            fleet[0].directory.put(7, at: 1)
            #expect(!fleet[0].plane.withdraw(seven), "it has not been told of yet")
            #expect(fleet[0].plane.drainRegistryChanges(limit: 10).changes == [RegistryChange(seven, .registered)])
            #expect(fleet[0].plane.withdraw(seven))
            owner.send(bytes("05·00000001·00000007·aa"), to: fleet[0].address)
            #expect(hex(try #require(honest.receive()).bytes) == "0600000001aa")
        }
    }

    @Test func aHelloIsAnsweredUnderTheAskersKey() throws {
        let (old, new) = (MeshKey(id: 1, k0: 2, k1: 3), MeshKey(id: 4, k0: 5, k1: 6))
        try withFleet(1, keys: [new, old]) { fleet in
            let asker = LoopbackSocket()
            let ask = Hello(
                kind: .ask, beacon: BeaconID(9), session: SessionID(8), control: Address("192.0.2.7:9011")!, nonce: 77,
                keyID: old.id)
            asker.send(
                writing(room: Hello.length) { ask.write(k0: old.k0, k1: old.k1, into: &$0) }.message,
                to: fleet[0].address)
            guard case .hello(let heard, let source)? = fleet[0].requests().first else {
                Issue.record("no hello")
                return
            }
            #expect(heard == ask && source.address == asker.address)
            let answer = heard.answered(by: BeaconID(1), session: SessionID(2), control: Address("192.0.2.1:9011")!)
            #expect(fleet[0].plane.sendHello(answer, to: source))
            let message = try #require(asker.receive())
            #expect(message.bytes.count == Hello.length && message.source == fleet[0].address)
            #expect(try reading(message.bytes) { try Hello($0) } == answer)
            #expect(reading(message.bytes) { Hello.isAuthentic($0, k0: old.k0, k1: old.k1) })
            // An ask of our own is sealed by the first key.
            #expect(fleet[0].plane.sendHello(ask, to: asker.address))
            let own = try #require(asker.receive())
            #expect(reading(own.bytes) { Hello.isAuthentic($0, k0: new.k0, k1: new.k1) })
            fleet[0].plane.setMeshKeys([])
            #expect(!fleet[0].plane.sendHello(ask, to: asker.address))
        }
    }

    @Test func withoutAFleetNothingIsToBeDone() throws {
        try withPlane("127.0.0.1", shards: 1) { plane, beacon in
            let node = LoopbackSocket()
            _ = try #require(node.ask("01·00000007", beacon))
            #expect(plane.drainFleetRequests().isEmpty)
            #expect(plane.drainRegistryChanges(limit: 10) == RegistryChanges())
            #expect(plane.fleetCounters == FleetLinkCounters())
            node.send(bytes("0b0c"), to: beacon)
            #expect(eventually { plane.totals[.unknownType] == 1 })
        }
    }

    @Test func theTableCanBeWalked() throws {
        try withFleet(1) { fleet in
            for node in UInt32(0)..<100 {
                _ = fleet[0].plane.registry.register(
                    .init(node: NodeID(node), source: Endpoint(address: Address("192.0.2.7:9")!)), key: nil,
                    at: SystemClock.now())
            }
            var found: [NodeID] = []
            var next: Int? = 0
            while let position = next {
                let page = fleet[0].plane.registeredNodes(from: position, limit: 7)
                found += page.ids
                next = page.next
            }
            #expect(found == (UInt32(1)..<100).map { NodeID($0) }, "all but node 0")
        }
    }

    // MARK: Reference beacons

    /// A peer that turns out to be one of ours is no reference beacon any more: no sync for it, none from it.
    @Test func aMemberIsNoLegacyPeer() throws {
        let (member, reference) = (LoopbackSocket(), LoopbackSocket())
        let clock = MovableClock()
        let peers = [member.address, reference.address]
        try withPlane("127.0.0.1", shards: 1, peers: peers, clock: clock) { plane, beacon in
            /// Whatever is said of members wakes the housekeeper.
            func pass(_ delay: Delay, members: [Address]) {
                clock.advance(delay)
                plane.setMembers(members)
            }
            pass(LegacySync.firstDelay, members: [])
            _ = try #require(member.receive())
            for socket in [member, reference] {
                socket.send(bytes("07·00000063·0001·0000001\(socket === member ? "e" : "f")"), to: beacon)
            }
            #expect(eventually { plane.routes.counts.routes == 2 })
            #expect(
                eventually { plane.syncsSent(to: member.address) == 1 && plane.syncsSent(to: reference.address) == 1 })
            pass(.seconds(0), members: [member.address])
            #expect(eventually { plane.routes.counts.routes == 1 })
            #expect(plane.routes.find(NodeID(0x1E)) == nil && plane.routes.find(NodeID(0x1F)) == reference.address)
            #expect(eventually { plane.syncsSent(to: member.address) == 0 }, "nothing is kept of who is told nothing")
            #expect(plane.syncsSent(to: reference.address) == 1)
            member.send(bytes("07·00000063·0001·0000001e"), to: beacon)
            #expect(eventually { plane.totals[.syncMember] == 1 })
            let isTold = eventually {
                pass(LegacySync.firstDelay, members: [])
                return plane.syncsSent(to: member.address) >= 1
            }
            #expect(isTold, "again")
        }
    }
}
