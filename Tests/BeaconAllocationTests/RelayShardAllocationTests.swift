import BeaconBasics
import BeaconCrypto
import BeaconRelay
import BeaconTestKit
import BeaconWire
import CMallocCount
import Testing

/// Nothing on the data plane's hot path allocates: exact, by counting this thread's calls of malloc and its kin.
@Suite struct RelayShardAllocationTests {
    struct Kind: Sendable, CustomStringConvertible {
        var description: String
        var datagram: String
        var outcome: Outcome
        /// Sent by another beacon of the fleet.
        var isFromMember = false
        var isDraining = false
        /// Each from another port.
        var isFromMany = false
    }

    private static let payload = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324"

    /// A mesh frame, sealed with the fleet's key unless another is given.
    private static func mesh(to node: UInt32, k1: UInt64 = Bench.key.k1) -> String {
        let header = MeshFrame.Header(hops: 1, keyID: Bench.key.id, sender: NodeID(1), destination: NodeID(node))
        let message = writing(room: MeshFrame.headerLength) { out in
            MeshFrame.write(header, payload: bytes(payload).span.bytes, k0: Bench.key.k0, k1: k1, into: &out)
            return MeshFrame.headerLength
        }.message
        return hex(message) + payload
    }

    static let kinds = [
        Kind(description: "relay to 06", datagram: "05·00000001·00000006·aabbccdd", outcome: .deliver),
        Kind(
            description: "relay from 1,000 sources", datagram: "05·00000001·00000006·aabbccdd", outcome: .deliver,
            isFromMany: true),
        Kind(description: "relay to 09", datagram: "05·00000001·00000009·aabbccdd", outcome: .deliverWithDestination),
        Kind(description: "relay to another beacon", datagram: "05·00000001·0000001e·aabbccdd", outcome: .forward),
        Kind(
            description: "relay into the mesh", datagram: "05·00000001·00000028·" + payload, outcome: .mesh),
        Kind(description: "mesh to 06", datagram: mesh(to: 6), outcome: .deliver, isFromMember: true),
        Kind(description: "mesh to 09", datagram: mesh(to: 9), outcome: .deliverWithDestination, isFromMember: true),
        Kind(description: "mesh, followed", datagram: mesh(to: 41), outcome: .mesh, isFromMember: true),
        Kind(description: "mesh to a reference beacon", datagram: mesh(to: 30), outcome: .forward, isFromMember: true),
        Kind(description: "mesh to nobody", datagram: mesh(to: 99), outcome: .unknownDestination, isFromMember: true),
        Kind(
            description: "mesh with another key", datagram: mesh(to: 6, k1: 7), outcome: .meshUnauthenticated,
            isFromMember: true),
        Kind(description: "mesh of a stranger", datagram: mesh(to: 6), outcome: .meshStranger),
        Kind(
            description: "hello, forged", datagram: "0b0101" + String(repeating: "00", count: 47),
            outcome: .helloUnauthenticated),
        Kind(
            description: "relay to 06 while draining", datagram: "05·00000001·00000006·aabbccdd", outcome: .deliver,
            isDraining: true),
        Kind(
            description: "mesh to 06 while draining", datagram: mesh(to: 6), outcome: .deliver, isFromMember: true,
            isDraining: true),
        Kind(
            description: "relay to a node that has moved", datagram: "05·00000001·00000007·aabbccdd", outcome: .mesh,
            isDraining: true),
        Kind(description: "relay to nobody", datagram: "05·00000001·0000bad1·aabbccdd", outcome: .unknownDestination),
        Kind(description: "relay, too short", datagram: "05·00000001", outcome: .runt),
        Kind(description: "discover from home", datagram: "01·00000064", outcome: .discover),
        Kind(description: "discover with 08 from home", datagram: "08·00000065", outcome: .discover),
        Kind(description: "STUN", datagram: "0001·0000·2112a442·000102030405060708090a0b", outcome: .stun),
        Kind(
            description: "STUN with an attribute that is not understood",
            datagram: "0001·0004·2112a442·000102030405060708090a0b·00030000", outcome: .stunError),
        Kind(
            description: "STUN, broken", datagram: "0001·0001·2112a442·000102030405060708090a0b",
            outcome: .stunMalformed),
        Kind(description: "no message of ours", datagram: "ff·000102030405060708090a0b", outcome: .unknownType),
        Kind(description: "a proof that nobody asked for", datagram: "50494c50", outcome: .unsolicitedProof),
        Kind(description: "a request over its budget", datagram: "03·00000001·00000006", outcome: .punchSourceRate),
        Kind(description: "nothing", datagram: "", outcome: .empty),
    ]

    @Test(arguments: kinds)
    func tenThousandDatagramsAllocateNothing(kind: Kind) {
        var bench = Bench(bytes(kind.datagram), isFromMember: kind.isFromMember, isDraining: kind.isDraining)
        bench.isFromMany = kind.isFromMany
        // Once to make what is made once.
        #expect(bench.run(10) == kind.outcome)
        let before = malloc_count_this_thread()
        let outcome = bench.run(10_000)
        let allocations = malloc_count_this_thread() - before
        #expect(outcome == kind.outcome)
        #expect(allocations == 0)
    }

    /// The count counts: an allocation in the loop is seen.
    @Test func anAllocationIsSeen() {
        let before = malloc_count_this_thread()
        for size in 1...100 { withExtendedLifetime([UInt8](repeating: 0, count: size)) {} }
        #expect(malloc_count_this_thread() - before >= 100)
    }
}

/// A shard with a few nodes, one sender, and the one datagram that it sends.
private struct Bench: ~Copyable {
    private var shard: RelayShard
    private let now = ManualClock().now
    private var sender: Endpoint
    var isFromMany = false
    private let template = ZeroedMemory(byteCount: 4_096)
    private let datagram = ZeroedMemory(byteCount: 4_096)
    private let reply = ZeroedMemory(byteCount: 4_096)
    private let length: Int

    static let key = MeshKey(id: 3, k0: 5, k1: 6)
    private static let member = Address(host: "198.51.100.8", port: 9_001)!

    init(_ bytes: [UInt8], isFromMember: Bool, isDraining: Bool) {
        sender = Endpoint(address: isFromMember ? Self.member : Address(host: "203.0.113.5", port: 5_000)!)
        var dice = SeededRandom(seed: 1)
        let hash = KeyedHash(using: &dice)
        var settings = RegistrySettings()
        settings.maximumNodes = 1_024
        let live = LiveSettings(relayRate: 1_000_000)
        let directory = Self.directory(hash)
        let fleet = FleetLink(directory: directory.table, keys: MeshKeys([Self.key]))
        let registry = Registry(settings: settings, live: live, hash: hash, fleet: fleet)
        let routes = LegacyRoutes(capacity: 1_024, hash: hash)
        let own = OwnAddress(bound: Address(host: "192.0.2.1", port: 9_001)!, locals: LocalAddresses())
        shard = RelayShard(registry: registry, routes: routes, live: live, own: own)
        length = bytes.count
        bytes.withUnsafeBytes {
            template.base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(template.base), byteCount: $0.count)
        }
        Self.fill(registry, routes, sender, at: now)
        guard isDraining else { return }
        _ = fleet.drainChanges(limit: .max)
        registry.setDrainPhase(.refusing)
        registry.moved(NodeID(7), to: Self.member, at: now)
    }

    /// Node 40 is at the beacon that sends mesh frames, node 41 at a third one.
    private static func directory(_ hash: KeyedHash) -> TestDirectory {
        let directory = TestDirectory(hash: hash)
        directory.member(2, at: member)
        directory.member(3, at: Address(host: "198.51.100.10", port: 9_001)!)
        directory.put(40, at: 2)
        directory.put(41, at: 3)
        return directory
    }

    /// Nodes 6 and 7 take 06, node 9 takes 09, node 100 is the sender, node 30 is at another beacon.
    private static func fill(_ registry: Registry, _ routes: LegacyRoutes, _ sender: Endpoint, at now: Moment) {
        let home = Endpoint(address: Address(host: "198.51.100.7", port: 7)!)
        for (node, source) in [(6, home), (7, home), (9, home), (100, sender)] as [(UInt32, Endpoint)] {
            let registration = Registry.Registration(node: NodeID(node), source: source, wantsDestination: node == 9)
            _ = registry.register(registration, key: nil, at: now)
        }
        reading(bytes("07·00000063·0001·0000001e")) { span in
            guard let sync = try? Sync(span) else { return }
            _ = routes.take(sync, span, from: Address(host: "198.51.100.9", port: 9_001)!, at: now)
        }
    }

    /// Hands the shard the datagram `count` times, 64 to a batch; the last outcome.
    mutating func run(_ count: Int) -> Outcome? {
        var outcome: Outcome?
        for turn in 0..<count {
            if turn % 64 == 0 { shard.beginBatch(unixSeconds: 0, at: now) }
            if isFromMany { sender.address.port = UInt16(1_000 + turn % 1_000) }
            datagram.base.copyMemory(from: template.base, byteCount: length)
            var bytes = MutableRawSpan(_unsafeStart: datagram.base, byteCount: length)
            var out = MutableRawSpan(_unsafeStart: reply.base, byteCount: RelayShard.maximumReply)
            switch shard.handle(&bytes, from: sender, at: now, reply: &out) {
            case .drop(let dropped): outcome = dropped
            case .accept(let accepted): outcome = accepted
            case .reply(_, _, let answered): outcome = answered
            case .forward(_, _, _, let forwarded), .encapsulate(_, _, _, _, let forwarded): outcome = forwarded
            case .punch: outcome = .punch
            case .sync: outcome = .sync
            case .repeatFirst: outcome = nil
            }
        }
        return outcome
    }
}
