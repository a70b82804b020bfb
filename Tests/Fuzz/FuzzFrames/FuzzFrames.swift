import BeaconBasics
import BeaconRelay
import BeaconWire

/// libFuzzer's entry: the input is a script of datagrams for one shard with small tables, so that whatever order of
/// registrations, claims, proofs, syncs and frames a stranger may send is tried, not only single datagrams.
///
/// | size | field |
/// | --- | --- |
/// | 1 | bits 0 1: policy, grants; bits 2 3: relay budget, unproven rate |
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
        registry = Registry(settings: settings, live: live, hash: hash)
        routes = LegacyRoutes(capacity: Self.capacity, hash: hash)
        routes.configure([Address(ipv4: 0xC000_0209, port: 9_001)])
        let own = OwnAddress(bound: Address(ipv4: 0xC000_0201, port: 9_001), locals: LocalAddresses())
        shard = RelayShard(registry: registry, routes: routes, live: live, own: own)
        shard.beginBatch(unixSeconds: 1_000)
    }

    mutating func pass(_ step: Int) {
        guard step > 0 else { return }
        now = now + Self.steps[step]
        let probes = registry.dueProbes(at: now)
        precondition(probes.count <= Self.capacity)
        registry.sweep(limit: Self.capacity, at: now)
        routes.sweep(limit: Self.capacity, at: now)
        if let deadline = registry.nextDeadline { precondition(deadline <= now + .milliseconds(500)) }
        shard.beginBatch(unixSeconds: 1_000)
    }

    mutating func take(_ input: UnsafeRawBufferPointer, from sender: Int) {
        withUnsafeTemporaryAllocation(byteCount: 320, alignment: 8) { memory in
            let datagram = UnsafeMutableRawBufferPointer(rebasing: memory[..<input.count])
            datagram.copyMemory(from: input)
            var bytes = MutableRawSpan(_unsafeBytes: datagram)
            var reply = MutableRawSpan(_unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: memory[256...]))
            let source = Self.source(sender)
            check(shard.handle(&bytes, from: source, at: now, reply: &reply), bytes.bytes, source)
        }
        let counters = registry.counters
        precondition((0...Self.capacity).contains(counters.ipv4 + counters.ipv6), "more nodes than the table holds")
        precondition(counters.claimsOpen <= Self.capacity, "more claims than nodes")
        precondition(routes.peers.count <= LegacyRoutes.maximumPeers)
    }

    private mutating func check(_ verdict: Verdict, _ bytes: RawSpan, _ source: Endpoint) {
        switch verdict {
        case .drop(let outcome): precondition(outcome.group == .dropped)
        case .accept(let outcome): precondition(outcome == .proof)
        case .reply(let length, _, let outcome):
            precondition((8...RelayShard.maximumReply).contains(length) && outcome.group == .answered)
            precondition(source.address.isReplyable)
        case .forward(let to, let skip, _, let outcome):
            precondition((0...bytes.byteCount).contains(skip) && outcome.group == .forwarded)
            precondition(to.address.isReplyable && !(outcome == .forward && to == source))
        case .punch(let requester, let target):
            precondition(requester == source && target.address.isReplyable)
        case .sync: sync(bytes, from: source.address)
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
