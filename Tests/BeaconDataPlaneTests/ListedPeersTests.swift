import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

/// Peers that the registry's list names while the beacon runs.
@Suite struct ListedPeersTests {
    private let peer = Address("192.0.2.9:9001")!
    private let other = Address("192.0.2.10:9001")!
    private let sync = bytes("07·00000063·0001·0000000a")

    @Test func strictMeansTheHostsOfTheList() {
        let own = OwnAddress(bound: Address("192.0.2.1:9001")!, locals: LocalAddresses())
        let queue = SyncQueue(policy: SyncPolicy(isStrict: true, peers: [peer.host], own: own), wake: {})
        func offer(_ source: Address) -> Outcome {
            sync.withUnsafeBytes { queue.offer($0, from: source, at: ManualClock().now) }
        }
        #expect(offer(other) == .syncStranger)
        queue.setPeers([other.host])
        #expect(offer(other.with(port: 5)) == .sync)
        #expect(offer(peer) == .syncStranger)
    }

    /// A new peer is told within a second; one that goes, or is named again, changes nothing for the others.
    @Test func aNewPeerDoesNotWaitForTheOthersTime() throws {
        var bench = Bench()
        #expect(bench.toldAfter(.seconds(1)) == 1)
        bench.sync.setPeers([bench.sockets[0].address, bench.sockets[1].address], at: bench.clock.now)
        #expect(bench.toldAfter(.milliseconds(999)) == 0)
        #expect(bench.toldAfter(.milliseconds(1)) == 2)
        bench.sync.setPeers([bench.sockets[1].address], at: bench.clock.now)
        #expect(bench.toldAfter(.milliseconds(9_999)) == 0)
        #expect(bench.toldAfter(.milliseconds(1)) == 1)
        bench.sync.setPeers([], at: bench.clock.now)
        #expect(bench.toldAfter(.seconds(100)) == 0)
    }

    private struct Bench {
        let sockets = [LoopbackSocket(), LoopbackSocket()]
        var clock = ManualClock()
        var sync: LegacySync
        private let registry: Registry
        private let sender = ControlSender(locals: LocalAddresses())
        private let socket: UDPSocket.Shared

        init() {
            var dice = SeededRandom(seed: 3)
            registry = Registry(settings: RegistrySettings(), live: LiveSettings(), hash: KeyedHash(using: &dice))
            sync = LegacySync(beacon: 7, peers: [sockets[0].address], at: clock.now)
            socket = UDPSocket.Shared()
        }

        /// How many peers are told once the clock has moved.
        mutating func toldAfter(_ delay: Delay) -> Int {
            var told = 0
            let handle = socket.handle
            sync.send(
                registry, at: clock.advance(delay), through: sender, port: { $0 == 0 ? handle : nil },
                sent: { _ in told += 1 })
            return told
        }
    }

    /// The list is told, its syncs are taken, and it replaces the one before; neither the beacon itself nor what no
    /// datagram can be sent to is a peer.
    @Test func theListIsTakenUpWhileItRuns() throws {
        let (configured, listed) = (LoopbackSocket(), LoopbackSocket())
        try withPlane("127.0.0.1", shards: 2, peers: [configured.address]) { plane, beacon in
            let useless = [beacon, Address("224.0.0.1:9001")!, Address("192.0.2.1:0")!, Address("0.0.0.0:9001")!]
            plane.list(useless + [listed.address, listed.address, configured.address])
            #expect(eventually { plane.routes.peers.count == 2 })
            #expect(plane.routes.peers.map(\.address) == [configured.address, listed.address])
            let told = try #require(listed.receive())
            #expect(hex(told.bytes) == "07000000070000")
            #expect(told.source == beacon)
            #expect(eventually { plane.syncsSent(to: listed.address) == 1 })
            listed.send(sync, to: beacon)
            #expect(eventually { plane.routes.counts.routes == 1 })
            plane.list([])
            #expect(eventually { !plane.routes.peers.contains { $0.listed } })
            #expect(eventually { plane.syncsSent(to: listed.address) == 0 }, "nothing is kept of who is gone")
            #expect(plane.routes.counts.routes == 1, "what it said holds until it is silent")
        }
    }
}

extension UDPSocket {
    /// A bound socket in a copyable wrapper.
    fileprivate final class Shared {
        private let socket = try! UDPSocket(bind: ListenAddress(Address(host: "127.0.0.1")!), reusePort: false)
        var handle: SocketHandle { socket.handle }
    }
}
