public import BeaconBasics
public import BeaconRelay

/// What the admin server may see and do: published copies, never the state that shards write. Every call returns at
/// once and may be made from any thread.
public protocol AdminBackend: Sendable {
    func status() -> BeaconStatus
    /// A page of the node table in table order: at most `limit` rows, starting behind `cursor` (0 = from the start).
    func nodes(after cursor: UInt32, limit: Int) -> NodePage
    func node(_ id: NodeID) -> NodeStatus?
    func peers() -> [PeerStatus]
    func talkers() -> TalkerStatus
    /// Every setting in a stable order.
    func settings() -> [SettingStatus]
    /// nil when the beacon takes traffic; otherwise why it does not.
    func unreadyReason() -> String?
    /// Sends 0A01 to a registered node (protocol.md §1.7).
    func notify(_ id: NodeID) -> NotifyResult
    /// Changes a setting that can be changed while running.
    func set(_ key: String, to value: String) -> SettingChange

    // MARK: The fleet (AdminBackend+Fleet.swift has answers for a beacon without one)

    /// nil: this beacon is in no fleet.
    func fleet() -> FleetStatus?
    /// Every other member known, in whatever state, by beacon id.
    func members() -> [FleetMember]
    /// Every log of the directory, this beacon's included, by beacon id.
    func owners() -> [FleetOwner]
    /// nil: nobody is known to have the node.
    func home(of node: NodeID) -> NodeHome?
    /// What would become of a relay frame; sends nothing.
    func path(from: NodeID?, to: NodeID) -> PathExplanation
    /// The first `limit` events behind `id`; and the last `limit` (`EventLog` does both).
    func events(after id: UInt64, limit: Int) -> EventPage
    func recentEvents(limit: Int) -> EventPage
    /// Takes a dead or left member out of the fleet's memory.
    func forget(_ beacon: BeaconID) -> ForgetResult
    /// Begins to give the fleet a new key.
    func rotateKeys() -> KeyRotationResult
    /// Reads the key file again.
    func reloadKeys() -> KeyReloadResult

    // MARK: Drain (AdminBackend+Drain.swift has answers for a beacon without it)

    /// How far the drain is. Asked for ten times a second by each client that watches.
    func drain() -> DrainStatus
    /// Begins a drain or, while there is one, changes its deadline and what follows. `dryRun`: only says what would happen.
    func beginDrain(_ order: DrainOrder, dryRun: Bool) -> DrainStart
    /// Ends a drain and serves as before.
    func cancelDrain() -> DrainCancel
    /// Has a snapshot written, and does not wait for it.
    func takeSnapshot() -> SnapshotOrder
}

/// One reading of the whole node.
public struct BeaconStatus: Sendable {
    public var version: String
    public var beaconID: UInt32
    /// Data-plane addresses as bound, e.g. "[::]:9001".
    public var listen: String
    public var uptimeSeconds: Double
    /// Unix seconds at start.
    public var startedAt: Double
    public var shards: [ShardStatus]
    /// What was sent without a received datagram as its cause: probes, notifies, legacy syncs.
    public var control: CounterSnapshot
    public var nodes: NodeTableStatus
    public var registration: RegistrationStatus
    public var process: ProcessStatus
    /// nil if no registry is configured.
    public var registry: RegistryStatus?
    public var legacy = LegacyStatus()
    /// How long nobody read the sockets when this process took them over from another; nil if it did not.
    public var takeoverGapSeconds: Double?
    /// nil without `--snapshot-dir`.
    public var snapshots: SnapshotStatus?

    public init(
        version: String, beaconID: UInt32, listen: String, uptimeSeconds: Double, startedAt: Double,
        shards: [ShardStatus], control: CounterSnapshot, nodes: NodeTableStatus, registration: RegistrationStatus,
        process: ProcessStatus, registry: RegistryStatus? = nil
    ) {
        self.version = version
        self.beaconID = beaconID
        self.listen = listen
        self.uptimeSeconds = uptimeSeconds
        self.startedAt = startedAt
        self.shards = shards
        self.control = control
        self.nodes = nodes
        self.registration = registration
        self.process = process
        self.registry = registry
    }

    /// The sum over all shards and what the beacon sent by itself.
    public var totals: CounterSnapshot {
        shards.reduce(into: control) { $0 += $1.counters }
    }
}

public struct ShardStatus: Sendable {
    public var index: Int
    public var counters: CounterSnapshot
    /// CPU seconds of the shard's thread since start.
    public var cpuSeconds: Double
    /// Seconds since the shard published these counters.
    public var ageSeconds: Double
    /// SO_MEMINFO: bytes waiting in the socket, and datagrams that the kernel dropped for want of room.
    public var socketQueueBytes: UInt64
    public var socketOverflows: UInt64
    /// The receive buffer that the kernel granted, in bytes.
    public var socketBufferBytes: UInt64
    /// Failed receives since start, other than for want of anything to receive.
    public var receiveErrors: UInt64 = 0
    /// Each offload: what the kernel can, what the operator allows, and whether it is in use now.
    public var offloads: [OffloadStatus]

    public init(
        index: Int, counters: CounterSnapshot, cpuSeconds: Double, ageSeconds: Double, socketQueueBytes: UInt64,
        socketOverflows: UInt64, socketBufferBytes: UInt64, offloads: [OffloadStatus]
    ) {
        self.index = index
        self.counters = counters
        self.cpuSeconds = cpuSeconds
        self.ageSeconds = ageSeconds
        self.socketQueueBytes = socketQueueBytes
        self.socketOverflows = socketOverflows
        self.socketBufferBytes = socketBufferBytes
        self.offloads = offloads
    }
}

public struct OffloadStatus: Sendable {
    /// "batch", "gro", "regroup", "gso".
    public var name: String
    public var capable: Bool
    public var allowed: Bool
    public var active: Bool

    public init(name: String, capable: Bool, allowed: Bool, active: Bool) {
        self.name = name
        self.capable = capable
        self.allowed = allowed
        self.active = active
    }
}

public struct NodeTableStatus: Sendable {
    /// Registered nodes now, and how many fit.
    public var registered: Int
    public var capacity: Int
    /// Of `registered`, by family of the endpoint.
    public var ipv4: Int
    public var ipv6: Int
    /// Since start: entries that went because nobody refreshed them.
    public var expired: UInt64
    /// Nodes known through reference beacons.
    public var routes: Int
    /// How often an address of this host found no room among the `LocalAddresses.capacity` that are kept apart.
    public var localOverflows: UInt64 = 0

    public init(registered: Int, capacity: Int, ipv4: Int, ipv6: Int, expired: UInt64, routes: Int) {
        self.registered = registered
        self.capacity = capacity
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.expired = expired
        self.routes = routes
    }
}

/// Legacy sync with reference beacons, counted from the start.
public struct LegacyStatus: Equatable, Sendable {
    /// Well-formed syncs whose sender found no room among the peers.
    public var refusedSyncs: UInt64 = 0
    /// Nodes listed by syncs for which there was no room.
    public var routeOverflows: UInt64 = 0

    public init() {}
}

/// The registration policy at work (DESIGN.md §4), counted from the start.
public struct RegistrationStatus: Sendable {
    /// New ids, and ids that moved to another endpoint.
    public var registered: UInt64 = 0
    public var moved: UInt64 = 0
    /// Claims to a live id: how many were begun, how they ended, how many are open now.
    public var claims: UInt64 = 0
    public var claimsWon: UInt64 = 0
    public var claimsContested: UInt64 = 0
    public var claimsOpen: Int = 0
    /// Claims not looked into: the claimant had just lost one, or a probe budget or the table of claims was used up.
    public var claimsIgnored: UInt64 = 0
    public var claimsOverBudget: UInt64 = 0
    /// New ids turned away because the table was full.
    public var refusedFull: UInt64 = 0
    /// Discovers that the reference policy's 30 s rule kept from the table.
    public var limitedDiscovers: UInt64 = 0
    /// Proof-of-life probes sent.
    public var probes: UInt64 = 0
    /// Notify datagrams sent.
    public var notified: UInt64 = 0

    public init() {}
}

public struct ProcessStatus: Sendable {
    public var cpuSeconds: Double
    public var residentBytes: UInt64
    public var openFiles: Int

    public init(cpuSeconds: Double, residentBytes: UInt64, openFiles: Int) {
        self.cpuSeconds = cpuSeconds
        self.residentBytes = residentBytes
        self.openFiles = openFiles
    }
}

public struct NodeStatus: Sendable {
    public var id: NodeID
    public var endpoint: Address
    /// The beacon's own address that the node talks to; nil when the bind address says it all.
    public var local: Address?
    public var lastSeenSeconds: Double
    /// Registered with 08: gets 09 instead of 06.
    public var wantsDestination: Bool
    /// The endpoint has answered a probe.
    public var proven: Bool
    /// A key for punch grants is known.
    public var hasKey: Bool
    /// Somebody else claims the id right now.
    public var contestedBy: Address?

    public init(
        id: NodeID, endpoint: Address, local: Address?, lastSeenSeconds: Double, wantsDestination: Bool, proven: Bool,
        hasKey: Bool, contestedBy: Address?
    ) {
        self.id = id
        self.endpoint = endpoint
        self.local = local
        self.lastSeenSeconds = lastSeenSeconds
        self.wantsDestination = wantsDestination
        self.proven = proven
        self.hasKey = hasKey
        self.contestedBy = contestedBy
    }
}

public struct NodePage: Sendable {
    public var nodes: [NodeStatus]
    /// Where the next page starts; nil on the last one.
    public var next: UInt32?

    public init(nodes: [NodeStatus], next: UInt32?) {
        self.nodes = nodes
        self.next = next
    }
}

/// Another beacon's data address: one that is named to us, or that has sent a legacy sync 07.
public struct PeerStatus: Sendable {
    public var address: Address
    /// Named in `--peers`, listed by the registry; if neither, it was learnt from a sync.
    public var configured: Bool
    public var listed: Bool
    /// The beacon id of its last sync; nil before the first.
    public var beaconID: UInt32?
    /// Node ids it lists.
    public var nodes: Int
    /// nil before its first sync.
    public var lastSyncSeconds: Double?
    public var syncsReceived: UInt64
    public var syncsSent: UInt64
    public var kind = PeerKind.reference

    public init(
        address: Address, configured: Bool, listed: Bool = false, beaconID: UInt32?, nodes: Int,
        lastSyncSeconds: Double?, syncsReceived: UInt64, syncsSent: UInt64
    ) {
        self.address = address
        self.configured = configured
        self.listed = listed
        self.beaconID = beaconID
        self.nodes = nodes
        self.lastSyncSeconds = lastSyncSeconds
        self.syncsReceived = syncsReceived
        self.syncsSent = syncsSent
    }
}

/// What an address of another beacon turned out to be.
public enum PeerKind: String, CaseIterable, Sendable {
    /// It is being asked by hello.
    case unknown
    /// A beacon of our fleet: it is among the members.
    case member
    /// A beacon of our fleet that answers on its data port while nothing is heard of its control plane, as when a
    /// firewall is in the way: it is served by legacy sync until it is.
    case blocked
    /// One that knows no hello; it is served by legacy sync.
    case reference
}

public struct SettingStatus: Sendable {
    public var key: String
    /// As text; secrets are shown as "***".
    public var value: String
    /// "default", "file", "environment" or "flag"; "admin" once changed while running.
    public var source: String
    /// Whether `PUT /config/{key}` changes it while running.
    public var live: Bool

    public init(key: String, value: String, source: String, live: Bool) {
        self.key = key
        self.value = value
        self.source = source
        self.live = live
    }
}

public enum NotifyResult: Sendable {
    case sent
    /// Less than a second since the last: nothing sent, and that is success (protocol.md §1.7).
    case recently
    case unknownNode
    case failed(String)
}

public enum SettingChange: Sendable {
    case changed(SettingStatus)
    case unknownKey
    case notLive
    case invalid(String)
}
