import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconFleet
import BeaconRecorder
import BeaconRelay
import Synchronization

/// What the admin server sees of a running node: copies, made when asked for.
final class NodeBackend: AdminBackend {
    let plane: DataPlane
    /// nil: this node is in no fleet.
    let part: NodeFleet?
    let beaconID: UInt32
    private let configuration: Guarded<Configuration>
    private let output: LogOutput
    private let registry: NodeRegistry?
    let drainer: NodeDrain
    private let talking: NodeTalkers
    private let startedAt: Moment
    private let startedUnix: Double
    /// What `/events` shows; whoever has something to tell adds it.
    let log: EventLog
    let recorder: NodeRecorder
    /// nil without `--snapshot-dir`; they come when everything else is there.
    private let snapshots: Guarded<NodeSnapshots?> = Guarded(nil)
    private let stopping = Atomic<Bool>(false)
    private let gap = Guarded<Delay?>(nil)

    init(
        plane: DataPlane, configuration: Configuration, output: LogOutput, registry: NodeRegistry?, fleet: NodeFleet?,
        drain: NodeDrain, talkers: NodeTalkers, log: EventLog, recorder: NodeRecorder
    ) {
        self.recorder = recorder
        self.plane = plane
        part = fleet
        beaconID = configuration.beaconID
        self.configuration = Guarded(configuration)
        self.output = output
        self.registry = registry
        drainer = drain
        talking = talkers
        startedAt = SystemClock.now()
        let now = SystemClock.unixSeconds()
        startedUnix = Double(now)
        self.log = log
        tell(.started, ["version": BeaconProgram.version])
    }

    func attach(_ snapshots: NodeSnapshots?) { self.snapshots.withLock { $0 = snapshots } }

    func takeSnapshot() -> SnapshotOrder {
        guard NodeSnapshots.isBuilt else { return .notBuilt }
        guard let snapshots = snapshots.withLock({ $0 }) else { return .off }
        // First, so that it is in the snapshot.
        _ = tellOrder("snapshot", "ordered")
        return .ordered(number: snapshots.order(.operator))
    }

    /// How long nobody read the sockets when they were taken over; nil if they were not.
    var takeoverGap: Delay? {
        get { gap.withLock { $0 } }
        set { gap.withLock { $0 = newValue } }
    }

    /// Live settings that an operator has changed, as they would be written.
    var changedSettings: [(key: String, value: String)] {
        configuration.withLock { configuration in
            Setting.all.filter { configuration.source(of: $0.key) == .admin }.map {
                ($0.key.rawValue, $0.text(configuration))
            }
        }
    }

    func beginStopping() {
        stopping.store(true, ordering: .relaxed)
        tell(.stopping)
    }

    func status() -> BeaconStatus {
        let now = SystemClock.now()
        let counters = plane.registry.counters
        let routes = plane.routes.counts
        var status = BeaconStatus(
            version: BeaconProgram.version, beaconID: beaconID,
            listen: plane.listen.description, uptimeSeconds: now.since(startedAt).inSeconds, startedAt: startedUnix,
            shards: plane.shards(at: now).map { shard($0) }, control: plane.controlCounters,
            nodes: nodeTable(counters, routes: routes.routes), registration: RegistrationStatus(counters),
            process: ProcessFacts.status(), registry: registry?.status)
        status.takeoverGapSeconds = takeoverGap?.inSeconds
        status.snapshots = snapshots.withLock { $0 }?.status
        status.legacy.refusedSyncs = plane.refusedSyncs
        status.legacy.routeOverflows = routes.overflows
        return status
    }

    private func shard(_ reading: DataPlane.ShardReading) -> ShardStatus {
        let allowed = plane.live.offloads
        let offloads: [(String, Offloads)] = [("batch", .batch), ("gro", .gro), ("regroup", .regroup), ("gso", .gso)]
        var status = ShardStatus(
            index: reading.index, counters: reading.counters, cpuSeconds: reading.cpu.inSeconds,
            ageSeconds: reading.age.inSeconds, socketQueueBytes: UInt64(reading.queuedBytes),
            socketOverflows: UInt64(reading.overflows), socketBufferBytes: UInt64(max(0, reading.receiveBuffer)),
            offloads: offloads.map { name, option in
                OffloadStatus(
                    name: name, capable: reading.capable.contains(option), allowed: allowed.contains(option),
                    active: reading.active.contains(option))
            })
        status.receiveErrors = reading.receiveErrors
        return status
    }

    private func nodeTable(_ counters: RegistryCounters, routes: Int) -> NodeTableStatus {
        var status = NodeTableStatus(
            registered: counters.ipv4 + counters.ipv6, capacity: configuration.withLock { $0.maxNodes },
            ipv4: counters.ipv4, ipv6: counters.ipv6, expired: counters.expired, routes: routes)
        status.localOverflows = plane.locals.overflows
        return status
    }

    func nodes(after cursor: UInt32, limit: Int) -> NodePage {
        let (records, next) = plane.registry.nodes(from: Int(cursor), limit: limit, at: SystemClock.now())
        return NodePage(nodes: records.map { node($0) }, next: next.map { UInt32($0) })
    }

    func node(_ id: NodeID) -> NodeStatus? { plane.registry.node(id, at: SystemClock.now()).map { node($0) } }

    private func node(_ record: NodeRecord) -> NodeStatus {
        let local = record.endpoint.local
        return NodeStatus(
            id: record.id, endpoint: record.endpoint.address,
            local: local == 0 ? nil : plane.locals[local].with(port: plane.listen.address.port),
            lastSeenSeconds: record.age.inSeconds, wantsDestination: record.wantsDestination, proven: record.proven,
            hasKey: record.hasKey, contestedBy: record.claimant)
    }

    func peers() -> [PeerStatus] {
        let now = SystemClock.now()
        let asked = askedPeers
        return plane.routes.peers.compactMap { peer in
            let answer = asked[peer.address]
            if answer?.kind == .ourselves { return nil }
            var status = PeerStatus(
                address: peer.address, configured: peer.configured, listed: peer.listed, beaconID: peer.beacon,
                nodes: peer.nodes, lastSyncSeconds: peer.lastSync.map { now.since($0).inSeconds },
                syncsReceived: peer.syncs,
                syncsSent: plane.syncsSent(to: peer.address))
            if let answer { status.take(answer.kind, isBlocked: answer.isBlocked) }
            return status
        }
    }

    func talkers() -> TalkerStatus { talking.status }

    func settings() -> [SettingStatus] { configuration.withLock { $0.statuses } }

    func unreadyReason() -> String? {
        if stopping.load(ordering: .relaxed) { return "stopping" }
        switch drainer.state {
        case .serving: return nil
        case .draining: return "draining"
        case .left: return "left its fleet"
        }
    }

    func drain() -> DrainStatus { drainer.status() }
    func beginDrain(_ order: DrainOrder, dryRun: Bool) -> DrainStart { drainer.begin(order, dryRun: dryRun) }
    func cancelDrain() -> DrainCancel { drainer.cancel() }

    func notify(_ id: NodeID) -> NotifyResult {
        let result: NotifyResult =
            switch plane.notify(id) {
            case .sent: .sent
            case .recently: .recently
            case .unknown: .unknownNode
            case .failed: .failed("the kernel refused the datagram")
            }
        return tellOrder("notify", of: "\(id.rawValue)", result)
    }

    func set(_ key: String, to value: String) -> SettingChange {
        configuration.withLock { configuration in
            let change = configuration.change(key, to: value)
            if case .changed(let setting) = change {
                plane.live.apply(configuration)
                output.level = configuration.logLevel
                tell(.setting, ["key": setting.key, "value": setting.value])
            }
            return change
        }
    }
}

extension RegistrationStatus {
    init(_ counters: RegistryCounters) {
        self.init()
        registered = counters.registered
        moved = counters.moved
        claims = counters.claims
        claimsWon = counters.claimsWon
        claimsContested = counters.claimsContested
        claimsOpen = counters.claimsOpen
        claimsIgnored = counters.claimsIgnored
        claimsOverBudget = counters.claimsOverBudget
        refusedFull = counters.refusedFull
        limitedDiscovers = counters.limitedDiscovers
        probes = counters.probes
        notified = counters.notified
    }
}
