import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRecorder
import BeaconRelay
import Glibc

// The node as a post-mortem wants it: the admin pages' readings, and what the recorder has kept.
extension NodeBackend {
    /// All but the nodes, which are streamed (`forEachNode`).
    func snapshot(_ reason: SnapshotReason) -> Snapshot {
        let now = SystemClock.unixTime()
        let (status, fleet) = (status(), fleet())
        var snapshot = Snapshot()
        snapshot.meta = meta(reason, status, fleet, at: now)
        snapshot.config = settings().map { SnapshotSetting(key: $0.key, value: $0.value, source: $0.source) }
        snapshot.counters = NodeCounters.all(status, fleet).map {
            SnapshotCounter(name: $0.name, value: Double($0.value))
        }
        snapshot.samples = recorder.samples
        snapshot.shards = status.shards.map { SnapshotShard($0) }
        snapshot.peers =
            members().map { SnapshotPeer($0, at: now) }
            + peers().filter { $0.kind != .member }.map { SnapshotPeer($0, at: now) }
        snapshot.peerHistory = log.memberHistory.map { SnapshotPeerChange($0) }
        snapshot.directoryOwners = owners().map { SnapshotOwner($0, at: now) }
        snapshot.events = log.recent(limit: log.capacity).events
        let totals = status.totals
        snapshot.drops = Outcome.allCases.filter { $0.group == .dropped }.map {
            SnapshotDrop(reason: $0.name, packets: totals[$0])
        }
        snapshot.topTalkers = SnapshotTalker.rows(talkers().top)
        return snapshot
    }

    private func meta(
        _ reason: SnapshotReason, _ status: BeaconStatus, _ fleet: FleetStatus?, at now: Double
    ) -> SnapshotMeta {
        var meta = SnapshotMeta()
        meta.reason = reason
        meta.takenAt = now
        meta.startedAt = status.startedAt
        meta.beaconID = status.beaconID
        meta.session = fleet?.session.rawValue ?? 0
        meta.fleetLabel = fleet?.label ?? ""
        meta.version = status.version
        (meta.host, meta.kernel) = HostFacts.names
        meta.listen = status.listen
        meta.processID = getpid()
        meta.timeToLive = plane.registry.timeToLive.inSeconds
        meta.nodes = status.nodes.registered
        return meta
    }

    /// Hands every registered node to `sink`, a few thousand for each time that the table is asked.
    func forEachNode(_ sink: (SnapshotNode) throws -> Void) throws {
        var position: Int? = 0
        while let from = position {
            let now = SystemClock.now()
            let unix = SystemClock.unixTime()
            position = try plane.registry.stored(from: from, count: 4_096, at: now) { node in
                let local = node.endpoint.local
                try sink(
                    SnapshotNode(
                        id: node.id, endpoint: node.endpoint.address, local: local == 0 ? nil : plane.locals[local],
                        lastSeen: unix - node.age.inSeconds, wantsDestination: node.wantsDestination,
                        isProven: node.isProven, key: node.key))
            }
        }
    }
}

extension SnapshotShard {
    init(_ shard: ShardStatus) {
        self.init()
        index = shard.index
        cpuSeconds = shard.cpuSeconds
        ageSeconds = shard.ageSeconds
        received = shard.counters.received
        answered = shard.counters.total(.answered)
        forwarded = shard.counters.total(.forwarded)
        dropped = shard.counters.total(.dropped)
        sent = shard.counters.sentPackets.reduce(0, &+)
        receiveCalls = shard.counters.receiveCalls
        sendCalls = shard.counters.sendCalls
        receiveErrors = shard.receiveErrors
        socketOverflows = shard.socketOverflows
        socketQueueBytes = shard.socketQueueBytes
        socketBufferBytes = shard.socketBufferBytes
        offloads = shard.offloads.filter(\.active).map(\.name).joined(separator: " ")
    }
}

extension SnapshotPeer {
    init(_ member: FleetMember, at now: Double) {
        self.init()
        beacon = member.beacon.rawValue
        kind = PeerKind.member.rawValue
        address = member.data.description
        control = member.control.description
        state = "\(member.state)"
        since = now - member.sinceSeconds
        isDraining = member.isDraining
        session = member.session.rawValue
        incarnation = member.incarnation
        roundTripMilliseconds = member.roundTripMilliseconds
        lossPerMille = member.lossPerMille
        health = member.health
        version = member.version
        evidence = member.evidence?.text ?? ""
    }

    init(_ peer: PeerStatus, at now: Double) {
        self.init()
        beacon = peer.beaconID ?? 0
        kind = peer.kind.rawValue
        address = peer.address.description
        nodes = peer.nodes
        lastSync = peer.lastSyncSeconds.map { now - $0 }
    }
}

extension FleetEvidence {
    /// As the events have it: `name=value` separated by blanks, lists by commas.
    fileprivate var text: String {
        func list(_ beacons: [BeaconID]) -> String { beacons.map(\.description).joined(separator: ",") }
        return [
            "accusers=\(list(accusers))", "direct_attempts=\(directAttempts)", "relays_asked=\(list(relaysAsked))",
            "nacks=\(list(nacks))", "stream_failed=\(streamFailed)", "last_chance_failed=\(lastChanceFailed)",
            "loss_per_mille=\(lossPerMille)",
        ].joined(separator: " ")
    }
}

extension SnapshotPeerChange {
    /// Fields of the event that are columns of their own; all others are evidence.
    private static let columns: Set = [
        "beacon", "state", "was", "draining", "session", "incarnation", "control", "data",
    ]

    /// - Parameter event: of kind `member`.
    init(_ event: BeaconEvent) {
        self.init()
        time = event.time
        beacon = event["beacon"].flatMap { UInt32($0) } ?? 0
        state = event["state"] ?? ""
        was = event["was"] ?? ""
        isDraining = event["draining"] == "true"
        session = event["session"].flatMap { UInt64($0) } ?? 0
        incarnation = event["incarnation"].flatMap { UInt32($0) } ?? 0
        evidence = event.fields.filter { !Self.columns.contains($0.name) }
            .map { "\($0.name)=\($0.value.replacing(" ", with: ","))" }.joined(separator: " ")
    }
}

extension SnapshotOwner {
    init(_ log: FleetOwner, at now: Double) {
        self.init()
        owner = log.owner.rawValue
        session = log.session.rawValue
        head = log.head
        cursor = log.cursor
        entries = log.entries
        let hex = String(log.digest, radix: 16)
        digest = String(repeating: "0", count: 16 - hex.count) + hex
        confirmed = now - log.confirmedSeconds
        isRoutable = log.isRoutable
    }
}

/// What the host is called, and its kernel.
enum HostFacts {
    static var names: (host: String, kernel: String) {
        var name = utsname()
        guard uname(&name) == 0 else { return ("", "") }
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return (text(name.nodename), text(name.release))
    }
}
