import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconRelay
import BeaconTestKit
import BeaconWire

/// libFuzzer's entry: the input is a script of datagrams for one shard with small tables, so that whatever order of
/// registrations, claims, proofs, syncs and frames a stranger may send is tried, not only single datagrams. Of a fleet's
/// frames, those of members are tried too: nobody guesses a MAC, so they are sealed here.
///
/// | size | field |
/// | --- | --- |
/// | 1 | bits 0 1: policy, grants; bits 2 3: relay budget, unproven rate; bits 4 5: fleet, seal 0B and 0C; bit 6: beacon 2 drains |
/// | then, repeated: | |
/// | 1 | bits 0-3: sender; bits 4-7: how much time passes before |
/// | 1 | length of the datagram, at most what is left |
/// | … | datagram |
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let data, size > 0 else { return 0 }
    var beacon = FuzzBeacon(options: data[0])
    var offset = 1
    while offset + 2 <= size {
        let length = min(Int(data[offset + 1]), size - offset - 2)
        beacon.pass(Int(data[offset] >> 4))
        beacon.take(UnsafeRawBufferPointer(start: data + offset + 2, count: length), from: Int(data[offset] & 15))
        offset += 2 + length
    }
    return 0
}

/// One shard, its tables, and what must hold whatever it is sent.
struct FuzzBeacon: ~Copyable {
    private static let capacity = 8
    /// What a script may let pass: about as long as a probe, a claim, a penalty, a route and an entry live, and 46 days,
    /// more than the tables' 32-bit times can tell.
    private static let steps: [Delay] = [
        .milliseconds(0), .milliseconds(1), .milliseconds(149), .milliseconds(200), .milliseconds(500), .seconds(1),
        .seconds(29), .seconds(30), .seconds(60), .seconds(90), .seconds(91), .seconds(599), .seconds(600),
        .seconds(601),
        .seconds(4_000_000), .milliseconds(50),
    ]

    /// Beacon 2 is sender 5 of the script, beacon 3 sender 9; they have nodes 40 to 47.
    nonisolated(unsafe) private static let directory: TestDirectory = {
        let directory = TestDirectory(hash: KeyedHash(k0: 1, k1: 3))
        for beacon in UInt32(2)...3 {
            directory.member(beacon, at: source(beacon == 2 ? 5 : 9).address)
            for node in 0..<4 { directory.put(40 + UInt32(node) * 2 + beacon % 2, at: beacon) }
        }
        return directory
    }()
    private static let key = MeshKey(id: 7, k0: 8, k1: 9)

    private let fleet: FleetLink?
    private let seals: Bool
    private let registry: Registry
    private let routes: LegacyRoutes
    private var shard: RelayShard
    private var now = Moment(nanoseconds: 1_000_000_000_000)

    init(options: UInt8) {
        var settings = RegistrySettings()
        settings.maximumNodes = Self.capacity
        settings.policy = options & 1 == 0 ? .proof : .reference
        settings.requiresGrants = options & 2 != 0
        settings.verifySignature = { _, _, signature in signature[0] & 1 == 0 }
        let live = LiveSettings(relayRate: options & 4 == 0 ? 0 : 2, unprovenRate: options & 8 == 0 ? 0 : 1)
        let hash = KeyedHash(k0: 0x1234_5678_9ABC_DEF0, k1: 0x0FED_CBA9_8765_4321)
        seals = options & 32 != 0
        if options & 16 != 0 {
            Self.directory.set(2, isDraining: options & 64 != 0)
            fleet = FleetLink(directory: Self.directory.table, keys: MeshKeys([Self.key]))
        } else {
            fleet = nil
        }
        registry = Registry(settings: settings, live: live, hash: hash, fleet: fleet)
        routes = LegacyRoutes(capacity: Self.capacity, hash: hash)
        routes.configure([Address(ipv4: 0xC000_0209, port: 9_001)])
        let own = OwnAddress(bound: Address(ipv4: 0xC000_0201, port: 9_001), locals: LocalAddresses())
        shard = RelayShard(registry: registry, routes: routes, live: live, own: own)
        if options & 128 != 0 { registry.setDrainPhase(.accepting) }
        shard.beginBatch(unixSeconds: 1_000, at: now)
    }

    mutating func pass(_ step: Int) {
        guard step > 0 else { return }
        now = now + Self.steps[step]
        let probes = registry.dueProbes(at: now)
        precondition(probes.count <= Self.capacity)
        registry.sweep(limit: Self.capacity, at: now)
        routes.sweep(limit: Self.capacity, at: now)
        if let deadline = registry.nextDeadline { precondition(deadline <= now + .seconds(3)) }
        shard.beginBatch(unixSeconds: 1_000, at: now)
    }

    mutating func take(_ input: UnsafeRawBufferPointer, from sender: Int) {
        withUnsafeTemporaryAllocation(byteCount: 320, alignment: 8) { memory in
            let datagram = UnsafeMutableRawBufferPointer(rebasing: memory[..<input.count])
            datagram.copyMemory(from: input)
            if seals { seal(datagram) }
            var bytes = MutableRawSpan(_unsafeBytes: datagram)
            var reply = MutableRawSpan(_unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: memory[256...]))
            let source = Self.source(sender)
            var verdict = shard.handle(&bytes, from: source, at: now, reply: &reply)
            if case .repeatFirst(let node) = verdict {
                catchUp(node)
                verdict = shard.handle(&bytes, from: source, at: now, reply: &reply)
            }
            check(verdict, bytes.bytes, source)
        }
        let counters = registry.counters
        precondition((0...Self.capacity).contains(counters.ipv4 + counters.ipv6), "more nodes than the table holds")
        precondition(counters.claimsOpen <= Self.capacity, "more claims than nodes")
        if let fleet { serve(fleet) }
        precondition(routes.peers.count <= LegacyRoutes.maximumPeers)
    }

    /// What a node that has moved may have missed goes first, to a beacon of the fleet.
    private mutating func catchUp(_ node: NodeID) {
        shard.repeatFrames(for: node, at: now)
        let header = ZeroedMemory(byteCount: RelayShard.maximumReply)
        var reply = MutableRawSpan(_unsafeStart: header.base, byteCount: RelayShard.maximumReply)
        var count = 0
        while let frame = shard.nextRepeated(reply: &reply) {
            precondition(frame.header == MeshFrame.headerLength && frame.to.address.isReplyable)
            count += 1
        }
        precondition(count <= 64 * 24)
    }

    /// Gives a mesh frame or hello the MAC that it would have of a member.
    private func seal(_ datagram: UnsafeMutableRawBufferPointer) {
        guard let type = datagram.first else { return }
        var bytes = MutableRawSpan(_unsafeBytes: datagram)
        let (k0, k1) = (Self.key.k0, Self.key.k1)
        if type == MessageType.mesh, var header = MeshFrame.Header(bytes.bytes) {
            header.keyID = Self.key.id
            MeshFrame.rewrite(&bytes, header, k0: k0, k1: k1)
        } else if type == MessageType.hello, var hello = try? Hello(bytes.bytes) {
            hello.keyID = Self.key.id
            _ = hello.write(k0: k0, k1: k1, into: &bytes)
        }
    }

    /// The fleet's part: grants every other claim, has some nodes asked, and withdraws some.
    private func serve(_ fleet: FleetLink) {
        for request in fleet.drainRequests() {
            switch request {
            case .claim(let node, let claimant):
                precondition(node != .unassigned && fleet.directory.find(node)?.isDraining == false)
                registry.decide(node, claimant: claimant, node.rawValue & 1 == 0 ? .granted : .refused, at: now)
            case .punch(let requester, let address, let target, let grant):
                precondition(address.isReplyable && fleet.directory.find(target) != nil)
                _ = registry.punchTarget(target, requester: requester, grant: grant, unixSeconds: 1_000)
            case .hello(let hello, let source):
                precondition(hello.keyID == Self.key.id && source.address.isReplyable)
            case .probed(let token, _): precondition(token == ProbeToken(1))
            }
        }
        for change in fleet.drainChanges(limit: .max).changes {
            precondition(change.node != .unassigned)
            guard change.kind == .registered else { continue }
            let claimant = Self.source(11).address
            if change.node.rawValue & 3 == 2 {
                registry.probe(change.node, claimant: claimant, token: ProbeToken(1), at: now)
            }
            if change.node.rawValue & 7 == 5 { registry.moved(change.node, to: Self.source(5).address, at: now) }
            if change.node.rawValue & 3 == 3 { precondition(registry.withdraw(change.node)) }
        }
    }

    private mutating func check(_ verdict: Verdict, _ bytes: RawSpan, _ source: Endpoint) {
        switch verdict {
        case .drop(let outcome): precondition(outcome.group == .dropped)
        case .accept(let outcome): precondition([.proof, .hello, .punchForwarded].contains(outcome))
        case .reply(let length, _, let outcome):
            precondition((8...RelayShard.maximumReply).contains(length) && outcome.group == .answered)
            precondition(source.address.isReplyable)
        case .forward(let to, let skip, _, let outcome):
            precondition((0...bytes.byteCount).contains(skip) && outcome.group == .forwarded)
            precondition(to.address.isReplyable && !(outcome == .forward && to == source))
        case .encapsulate(let to, let header, let skip, let kind, let outcome):
            precondition(header == MeshFrame.headerLength && skip == RelayFrame.headerLength)
            precondition(kind == .mesh && outcome == .mesh && to != source && bytes.byteCount >= skip)
        case .punch(let requester, let target):
            precondition(requester == source && target.address.isReplyable)
        case .sync: sync(bytes, from: source.address)
        case .repeatFirst: preconditionFailure("once is enough")
        }
    }

    private func sync(_ bytes: RawSpan, from source: Address) {
        guard source.isReplyable, let sync = try? Sync(bytes) else { return }
        _ = routes.take(sync, bytes, from: source, at: now)
        precondition(routes.peers.allSatisfy { $0.nodes <= sync.count || $0.address != source })
    }

    /// Sixteen sources: neighbours, strangers, IPv6, another beacon, ourselves, and one that cannot be.
    private static func source(_ number: Int) -> Endpoint {
        switch number {
        case 0: Endpoint(address: Address(ipv4: 0xC000_0201, port: 9_001))
        case 1: Endpoint(address: Address(ipv4: 0xC000_0209, port: 9_001))
        case 2: Endpoint(address: Address(ipv4: 0xE000_0001, port: 5))
        case 3: Endpoint(address: Address(high: 0x2001_0db8_0000_0000, low: 3, port: 5), local: 1)
        case 4: Endpoint(address: Address(high: 0xFE80_0000_0000_0000, low: 3, scope: 2, port: 5))
        default: Endpoint(address: Address(ipv4: 0xCB00_7100 + UInt32(number / 2), port: UInt16(number)))
        }
    }
}
