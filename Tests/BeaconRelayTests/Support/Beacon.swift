import BeaconBasics
import BeaconCrypto
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconRelay

/// A beacon without sockets: one shard, its tables, a clock that the test moves, and the housekeeper's part.
final class Beacon {
    let registry: Registry
    let routes: LegacyRoutes
    let live: LiveSettings
    let locals = LocalAddresses()
    /// The rest of the fleet, as the directory tells of it; nil: no fleet.
    let directory: TestDirectory?
    let fleet: FleetLink?
    /// How often the fleet's loop was woken.
    let wakes = WakeCount()
    var shard: RelayShard
    var clock = ManualClock()
    /// The wall clock that grants expire by: 2026.
    var unixSeconds: Int64 = 1_770_000_000

    static let address = Address(host: "127.0.0.1", port: 9001)!

    init(
        relayRate: UInt32 = 0, unprovenRate: UInt32 = 0, seed: UInt64 = 1, address: Address = Beacon.address,
        keys: [MeshKey]? = nil, _ change: (inout RegistrySettings) -> Void = { _ in }
    ) {
        var settings = RegistrySettings()
        settings.maximumNodes = 1_024
        change(&settings)
        var dice = SeededRandom(seed: seed)
        let hash = KeyedHash(using: &dice)
        live = LiveSettings(relayRate: relayRate, unprovenRate: unprovenRate)
        directory = keys.map { _ in TestDirectory(hash: hash) }
        fleet = keys.map { [directory, wakes] in
            FleetLink(directory: directory!.table, keys: MeshKeys($0), wake: { wakes.add() })
        }
        registry = Registry(settings: settings, live: live, hash: hash, fleet: fleet)
        routes = LegacyRoutes(capacity: settings.maximumNodes, hash: hash)
        shard = RelayShard(
            registry: registry, routes: routes, live: live, own: OwnAddress(bound: address, locals: locals))
    }

    /// What came of a datagram, as a shell would act on it.
    enum Effect: Equatable {
        case dropped(Outcome)
        case accepted(Outcome)
        case sent([Datagram], as: Outcome)
        case synced
        case syncRefused
    }

    struct Datagram: Equatable {
        var to: Endpoint
        var bytes: [UInt8]
    }

    /// Hands the shard one datagram, as a batch of its own unless the batch goes on.
    @discardableResult
    func receive(_ datagram: [UInt8], from sender: Endpoint, inBatch: Bool = false) -> Effect {
        if !inBatch { shard.beginBatch(unixSeconds: unixSeconds, at: clock.now) }
        let original = datagram
        var datagram = datagram
        var reply = [UInt8](repeating: dirt, count: RelayShard.maximumReply)
        let verdict = decide(&datagram, sender, &reply)
        switch verdict {
        case .drop(let outcome): return .dropped(outcome)
        case .accept(let outcome): return .accepted(outcome)
        case .reply(let length, _, let outcome):
            return .sent([Datagram(to: sender, bytes: Array(reply[..<length]))], as: outcome)
        case .forward(let to, let skip, _, let outcome):
            return .sent([Datagram(to: to, bytes: Array(datagram[skip...]))], as: outcome)
        case .encapsulate(let to, let header, let skip, _, let outcome):
            return .sent([Datagram(to: to, bytes: Array(reply[..<header]) + Array(datagram[skip...]))], as: outcome)
        case .punch(let requester, let target):
            return .sent([command(requester, naming: target), command(target, naming: requester)], as: .punch)
        case .repeatFirst(let node):
            shard.repeatFrames(for: node, at: clock.now)
            let repeated = repeated()
            guard case .sent(let more, let outcome) = receive(original, from: sender, inBatch: true) else {
                Issue.record("a frame that others have gone ahead of is sent itself")
                return .sent(repeated, as: .mesh)
            }
            return .sent(repeated + more, as: outcome)
        case .sync: return take(datagram, from: sender.address)
        }
    }

    @discardableResult
    func receive(_ hex: String, from sender: Address) -> Effect { receive(bytes(hex), from: Endpoint(address: sender)) }

    /// What a batch begins with when nodes have moved: frames that they may have missed.
    func beginBatch() -> [Datagram] {
        shard.beginBatch(unixSeconds: unixSeconds, at: clock.now)
        return shard.repeatFramesOfMoved(at: clock.now) ? repeated() : []
    }

    private func repeated() -> [Datagram] {
        var found: [Datagram] = []
        while true {
            var header = [UInt8](repeating: dirt, count: RelayShard.maximumReply)
            var span = header.mutableSpan
            var out = span.mutableBytes
            guard let frame = shard.nextRepeated(reply: &out) else { return found }
            found.append(Datagram(to: frame.to, bytes: Array(header[..<frame.header]) + Array(frame.payload)))
        }
    }

    private func decide(_ datagram: inout [UInt8], _ sender: Endpoint, _ reply: inout [UInt8]) -> Verdict {
        var datagramSpan = datagram.mutableSpan
        var bytes = datagramSpan.mutableBytes
        var replySpan = reply.mutableSpan
        var out = replySpan.mutableBytes
        return shard.handle(&bytes, from: sender, at: clock.now, reply: &out)
    }

    private func command(_ to: Endpoint, naming other: Endpoint) -> Datagram {
        let (message, _) = writing(room: ObservedAddress.maximumLength) {
            ObservedAddress.write(MessageType.punchCommand, other.address, into: &$0)
        }
        return Datagram(to: to, bytes: message)
    }

    private func take(_ datagram: [UInt8], from source: Address) -> Effect {
        reading(datagram) { span in
            guard let sync = try? Sync(span) else { return .dropped(span.byteCount < 7 ? .runt : .malformed) }
            return routes.take(sync, span, from: source, at: clock.now) ? .synced : .syncRefused
        }
    }

    /// Lets time pass as the housekeeper does: probes when they are due, expiry at the end. Returns the probes.
    @discardableResult
    func pass(_ delay: Delay) -> [Registry.Probe] {
        let end = clock.now + delay
        var probes: [Registry.Probe] = []
        while let deadline = registry.nextDeadline, deadline <= end {
            clock.advance(deadline.since(clock.now))
            probes += registry.dueProbes(at: clock.now)
        }
        clock.advance(end.since(clock.now))
        registry.sweep(limit: .max, at: clock.now)
        routes.sweep(limit: .max, at: clock.now)
        return probes
    }

    /// Registers `node` at `source` with a Discover.
    @discardableResult
    func register(_ node: UInt32, at source: Address, wantsDestination: Bool = false) -> Registry.Result {
        registry.register(
            .init(node: NodeID(node), source: Endpoint(address: source), wantsDestination: wantsDestination), key: nil,
            at: clock.now)
    }

    /// Where the node is registered, however long ago.
    func address(of node: UInt32) -> Address? { registry.node(NodeID(node), at: clock.now)?.endpoint.address }
}

/// 203.0.113.`host`:`port`: somebody out there.
func peer(_ port: UInt16, host: UInt32 = 5) -> Address { Address(ipv4: 0xCB00_7100 + host, port: port) }

/// A relay frame 05.
func relayFrame(from sender: UInt32, to destination: UInt32, payload: [UInt8] = []) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { stride(from: 24, through: 0, by: -8).map { UInt8(value >> $0 & 0xFF) } }
    return [0x05] + word(sender) + word(destination) + payload
}
