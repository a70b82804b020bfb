import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconRelay

/// The production data plane of one process, as far as frames go: a shard, and a registry that is told who is registered.
/// Who registers is decided by the simulation's own data plane in miniature.
final class FramePlane {
    enum Verdict {
        /// On its way: to a beacon or to a daemon.
        case sent([UInt8], to: Address)
        case dropped(Outcome)
    }

    private let registry: Registry
    private let link: FleetLink
    private var shard: RelayShard

    init(data: Address, table: DirectoryTable, keys: KeyRing, hash: KeyedHash) {
        var settings = RegistrySettings()
        settings.maximumNodes = 16_384
        // The decision has been made: no budget may stand against it.
        settings.claimNodeRate = Rate(perSecond: 1_000_000)
        settings.claimPrefixRate = settings.claimNodeRate
        settings.claimRate = settings.claimNodeRate
        let live = LiveSettings(relayRate: 0)
        link = FleetLink(directory: table, keys: MeshKeys(keys.meshKeys(label: "")))
        registry = Registry(settings: settings, live: live, hash: hash, fleet: link)
        shard = RelayShard(
            registry: registry, routes: LegacyRoutes(capacity: 16, hash: hash), live: live,
            own: OwnAddress(bound: data, locals: LocalAddresses()))
    }

    func use(_ keys: KeyRing) { link.keys.replace(keys.meshKeys(label: "")) }

    /// False if the registry does not have the node there afterwards.
    func put(_ node: NodeID, _ address: Address, at now: Moment) -> Bool {
        drop(node)
        let source = Endpoint(address: address)
        if registry.register(.init(node: node, source: source), key: nil, at: now) == .pending {
            registry.decide(node, claimant: address, .granted, at: now)
        }
        forget()
        return registry.node(node, at: now)?.endpoint.address == address
    }

    /// The simulation itself decides who registers: nobody is refused here.
    func setDraining(_ isDraining: Bool) { registry.setDrainPhase(isDraining ? .accepting : .serving) }

    func moved(_ node: NodeID, to data: Address, at now: Moment) { registry.moved(node, to: data, at: now) }

    func drop(_ node: NodeID) {
        forget()
        registry.withdraw(node)
    }

    /// What it would tell the control plane: the simulation does that itself.
    private func forget() {
        _ = link.drainRequests()
        _ = link.drainChanges(limit: .max)
    }

    func handle(_ frame: [UInt8], from sender: Address, at now: Moment) -> Verdict {
        shard.beginBatch(unixSeconds: 0, at: now)
        return decide(frame, from: sender, at: now)
    }

    private func decide(_ original: [UInt8], from sender: Address, at now: Moment) -> Verdict {
        var frame = original
        var reply = [UInt8](repeating: 0, count: RelayShard.maximumReply)
        switch decide(&frame, sender, now, &reply) {
        case .drop(let outcome), .accept(let outcome), .reply(_, _, let outcome): return .dropped(outcome)
        case .forward(let to, let skip, _, _): return .sent(Array(frame[skip...]), to: to.address)
        case .encapsulate(let to, let header, let skip, _, _):
            return .sent(Array(reply[..<header]) + Array(frame[skip...]), to: to.address)
        case .repeatFirst(let node):
            // Daemons take no frame twice: what is repeated is not followed here.
            shard.repeatFrames(for: node, at: now)
            while skipRepeated() {}
            return decide(original, from: sender, at: now)
        case .punch, .sync: return .dropped(.unknownType)
        }
    }

    private func skipRepeated() -> Bool {
        var header = [UInt8](repeating: 0, count: RelayShard.maximumReply)
        var span = header.mutableSpan
        var out = span.mutableBytes
        return shard.nextRepeated(reply: &out) != nil
    }

    private func decide(
        _ frame: inout [UInt8], _ sender: Address, _ now: Moment, _ reply: inout [UInt8]
    ) -> BeaconRelay.Verdict {
        var frameSpan = frame.mutableSpan
        var bytes = frameSpan.mutableBytes
        var replySpan = reply.mutableSpan
        var out = replySpan.mutableBytes
        return shard.handle(&bytes, from: Endpoint(address: sender), at: now, reply: &out)
    }
}
