import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

/// The data plane as it runs: real threads, real sockets, loopback only.
@Suite struct DataPlaneTests {
    @Test(arguments: ["127.0.0.1", "::1"], [1, 3])
    func itAnswersRelaysAndPunches(host: String, shards: Int) throws {
        try withPlane(host, shards: shards) { plane, beacon in
            let (a, b) = (LoopbackSocket(host), LoopbackSocket(host))
            for (socket, node) in [(a, "0000000a"), (b, "00000014")] {
                let reply = try #require(socket.ask("01·\(node)", beacon))
                #expect(reply == observed(0x02, socket.address))
            }
            a.send(bytes("05·0000000a·00000014·68656c6c6f"), to: beacon)
            let frame = try #require(b.receive())
            #expect(hex(frame.bytes) == "060000000a68656c6c6f")
            #expect(frame.source == beacon, "daemons compare the sender with their beacon's ip:port")
            a.send(bytes("03·0000000a·00000014"), to: beacon)
            let (toA, toB) = (try #require(a.receive()), try #require(b.receive()))
            #expect(toA.bytes == observed(0x04, b.address) && toA.source == beacon)
            #expect(toB.bytes == observed(0x04, a.address) && toB.source == beacon)
        }
    }

    /// A wildcard socket answers and relays from the address that the node talked to.
    @Test(arguments: ["0.0.0.0", "::"])
    func aWildcardBeaconSpeaksFromTheAddressItWasSpokenTo(host: String) throws {
        try withPlane(host, shards: 2) { plane, bound in
            let node = LoopbackSocket("127.0.0.5")
            let sender = LoopbackSocket("127.0.0.6")
            let talkedTo = Address(host: "127.0.0.2", port: bound.port)!
            node.send(bytes("01·00000014"), to: talkedTo)
            #expect(try #require(node.receive()).source == talkedTo)
            sender.send(bytes("05·00000001·00000014·aa"), to: Address(host: "127.0.0.3", port: bound.port)!)
            let frame = try #require(node.receive())
            #expect(hex(frame.bytes) == "0600000001aa")
            #expect(frame.source == talkedTo, "not where the frame came in: where the node knows its beacon")
            #expect(plane.notify(NodeID(20)) == .sent)
            let notify = try #require(node.receive())
            #expect(hex(notify.bytes) == "0a01")
            #expect(notify.source == talkedTo)
        }
    }

    @Test func aLiveOwnerIsAskedAndKeepsItsId() throws {
        try withPlane("127.0.0.1", shards: 1) { plane, beacon in
            let (owner, claimant) = (LoopbackSocket(), LoopbackSocket())
            _ = try #require(owner.ask("01·0000000a", beacon))
            _ = try #require(claimant.ask("01·0000000a", beacon))
            let probe = try #require(owner.receive())
            #expect(probe.bytes == observed(0x04, beacon), "a command that names the beacon itself")
            #expect(probe.source == beacon)
            for _ in 0..<3 { owner.send(bytes("50494c50"), to: beacon) }
            // One shard handles its datagrams in order: this one's answer says that the proof has been taken.
            _ = try #require(owner.ask("01·0000000b", beacon, skipping: probe.bytes))
            #expect(plane.registry.counters.claimsContested == 1)
            #expect(plane.registry.counters.claimsOpen == 0)
            claimant.send(bytes("05·00000001·0000000a·aa"), to: beacon)
            #expect(hex(try #require(owner.receive(skipping: probe.bytes))) == "0600000001aa")
        }
    }

    @Test func aSilentOwnerLosesItsId() throws {
        try withPlane("127.0.0.1", shards: 1) { plane, beacon in
            let (owner, claimant) = (LoopbackSocket(), LoopbackSocket())
            _ = try #require(owner.ask("01·0000000a", beacon))
            _ = try #require(claimant.ask("01·0000000a", beacon))
            for _ in 0..<3 { #expect(try #require(owner.receive()).bytes == observed(0x04, beacon)) }
            #expect(eventually { plane.registry.counters.claimsWon == 1 })
            owner.send(bytes("05·00000001·0000000a·aa"), to: beacon)
            #expect(hex(try #require(claimant.receive()).bytes) == "0600000001aa")
        }
    }

    @Test func everyDatagramHasOneOutcome() throws {
        var dice = SeededRandom(seed: 77)
        let types: [UInt8] = [0, 1, 3, 5, 7, 8, 0x50, 0xFF]
        try withPlane("127.0.0.1", shards: 2) { plane, beacon in
            let sockets = (0..<4).map { _ in LoopbackSocket() }
            var sent: UInt64 = 0
            for round in 0..<50 {
                for _ in 0..<20 {
                    var datagram = dice.bytes(Int.random(in: 0...60, using: &dice))
                    if !datagram.isEmpty { datagram[0] = types.randomElement(using: &dice)! }
                    sockets.randomElement(using: &dice)!.send(datagram, to: beacon)
                    sent += 1
                }
                // Small steps, so that no receive buffer runs over.
                _ = try #require(sockets[round % 4].ask("01·0000000a", beacon))
                sent += 1
            }
            #expect(eventually { plane.totals.received == sent })
            let totals = plane.totals
            #expect(totals.outcomes.reduce(0, +) == sent)
            #expect(Outcome.Group.allCases.reduce(0) { $0 + totals.total($1) } == totals.received)
        }
    }

    @Test func stoppingEndsEveryThreadAndFreesThePort() throws {
        var dice = SeededRandom(seed: 1)
        var settings = DataPlaneSettings(listen: ListenAddress(Address(host: "127.0.0.1")!), shards: 3)
        settings.socketBuffer = 1 << 20
        let plane = try DataPlane.start(settings, live: LiveSettings(), dice: &dice)
        let address = plane.listen.address
        let socket = LoopbackSocket()
        #expect(socket.ask("01·0000000a", address) != nil)
        plane.stop()
        plane.stop()
        // A socket that is still open would refuse this one, which shares its port with nobody.
        let heir = LoopbackSocket("127.0.0.1", port: address.port)
        socket.send(bytes("01·0000000a"), to: address)
        #expect(heir.receive().map { hex($0.bytes) } == "010000000a")
        #expect(socket.drain().isEmpty)
    }

    @Test func aPortInUseIsAnErrorThatNamesIt() throws {
        var dice = SeededRandom(seed: 1)
        let taken = LoopbackSocket()
        let settings = DataPlaneSettings(listen: ListenAddress(taken.address), shards: 1)
        let error = #expect(throws: SystemError.self) {
            try DataPlane.start(settings, live: LiveSettings(), dice: &dice)
        }
        #expect(error?.description.contains(taken.address.description) == true)
    }

    // MARK: Legacy sync

    /// protocol.md §12.6 G14: more nodes than one datagram holds. Each part comes from a port of its own that also takes
    /// frames, because a sync replaces all that its port said before.
    @Test func aListOfAnyLengthIsToldInParts() throws {
        let other = LoopbackSocket()
        try withPlane("127.0.0.1", shards: 2, peers: [other.address], register: 16_500) { plane, beacon in
            var parts: [(source: Address, nodes: Int)] = []
            var nodes: Set<[UInt8]> = []
            while nodes.count < 16_500, let datagram = other.receive() {
                let ids = stride(from: 7, to: datagram.bytes.count, by: 4).map { Array(datagram.bytes[$0..<$0 + 4]) }
                #expect(hex(datagram.bytes.prefix(5)) == "0700000007")
                if !ids.isEmpty { parts.append((datagram.source, ids.count)) }
                nodes.formUnion(ids)
            }
            #expect(nodes.count == 16_500)
            #expect(parts.map(\.nodes) == [16_375, 125])
            try #require(parts.count == 2)
            #expect(parts[0].source == beacon)
            #expect(parts[1].source != beacon && parts[1].source.isSameHost(beacon))
            // What the second port promised, it takes, and the node gets it from the beacon's own port.
            let node = LoopbackSocket()
            _ = try #require(node.ask("01·00f00000", beacon))
            other.send(bytes("05·00000001·00f00000·aa"), to: parts[1].source)
            let frame = try #require(node.receive())
            #expect(hex(frame.bytes) == "0600000001aa")
            #expect(frame.source == beacon)
        }
    }

    @Test func framesGoToTheBeaconThatListedTheirNode() throws {
        try withPlane("127.0.0.1", shards: 1) { plane, beacon in
            let (other, node) = (LoopbackSocket(), LoopbackSocket())
            other.send(bytes("07·00000063·0001·0000001e"), to: beacon)
            #expect(eventually { plane.routes.counts.routes == 1 })
            node.send(bytes("05·00000001·0000001e·aabb"), to: beacon)
            let frame = try #require(other.receive())
            #expect(hex(frame.bytes) == "05000000010000001eaabb")
            #expect(frame.source == beacon)
        }
    }
}
