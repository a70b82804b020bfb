public import BeaconBasics
public import BeaconCrypto
public import Logging

/// Everything that an operator can set, with typed values that have been checked.
///
/// The initial values here are the defaults; `Setting.all` gives each field its key, spelling and help, and
/// `Configuration.load` fills them from flags, environment and file. A new setting is a field here, a row there and an
/// option in `Options.swift`; tests hold the three together.
public struct Configuration: Sendable {
    /// The file that was read.
    public var configFile: String?

    // Network

    /// Where the data plane listens (UDP). `[::]` means every address of both families; port 0 lets the kernel choose.
    public var listen = Address(high: 0, low: 0, port: 9001)
    /// The address to announce to the registry; nil = the local address of the connection to it.
    public var advertise: HostPort?
    /// Threads and sockets of the data plane; 0 = as many as `CPUBudget.shards` says.
    public var shards = 0
    /// SO_RCVBUF of each data-plane socket, in bytes.
    public var receiveBuffer = 16 << 20

    // Fleet and registry

    /// 0 = standalone: no rounds with the registry.
    public var beaconID: UInt32 = 0
    /// The data addresses of other beacons. Names are resolved at start.
    public var peers: [HostPort] = []
    /// Legacy syncs (07) are taken only from the hosts of `peers` and of the registry's list.
    public var strictGossip = false
    public var registry: HostPort?
    public var registryAdminToken: Secret?
    /// Whether the registry speaks TLS; a fingerprint says so too.
    public var registryTLS = false
    public var registryFingerprint: CertificateFingerprint?
    /// Where the control plane listens, UDP and TCP; nil = no fleet, only the legacy sync. `fleet` says whether it runs.
    public var gossip: Address? = Address(high: 0, low: 0, port: 9011)
    public var fleetKeyFile: String?
    /// A fleet without a key, on more than loopback.
    public var fleetInsecure = false
    /// Fleets of other labels are strangers; at most 64 bytes.
    public var fleetLabel = ""
    public var fleetPreset = FleetPreset.lan
    /// The control plane's address where it is not the local one (DNAT).
    public var fleetAdvertise: AdvertisedHost?
    /// Nodes of the whole fleet that are remembered at most.
    public var maxDirectory = 1 << 24

    // Registration of nodes

    public var registration = RegistrationRules.proof
    /// The node table's size, fixed at start.
    public var maxNodes = 1 << 20

    // Limits: events a second, 0 = no limit

    /// Relayed frames a second from one source address and port.
    public var relayRate: UInt32 = 4_000
    /// Relayed frames a second towards an endpoint that has never answered a probe; 0 = the rule is off.
    public var unprovenRate: UInt32 = 0
    /// Punch requests a second from one source IP, and from one /24 or /56.
    public var punchRate: UInt32 = 1
    public var punchPrefixRate: UInt32 = 64
    /// Who is exempt from both punch limits.
    public var punchWhitelist = Whitelist.nobody
    /// A punch request needs a grant (protocol.md §5).
    public var requirePunchToken = false

    // Administration

    /// The admin server; nil = none.
    public var admin: Address? = Address(ipv4: 0x7F00_0001, port: 9090)
    public var adminTokenFile: String?
    /// Host names, beside IP literals and loopback names, that a request's Host may give.
    public var adminHosts: [String] = []
    /// A listener that answers /healthz and nothing else; nil = none.
    public var health: Address?

    // Hand-over

    /// Where a successor may ask for everything that this process has; nil = nowhere.
    public var handoverSocket: String?
    /// Take over from the process that listens there; nil = start afresh.
    public var takeover: String?
    /// SIGTERM begins a drain with this deadline; nil = it stops the beacon.
    public var drainOnTerm: Delay?
    // Snapshots

    /// Where snapshots go; nil = none are written.
    public var snapshotDirectory: String?
    /// 0 = only when asked for, and at the end.
    public var snapshotInterval = Delay.seconds(300)
    public var snapshotKeep = 96
    public var snapshotMaxBytes = 1 << 30
    /// The snapshot to fill the node table from; `latest` = the newest in `snapshotDirectory`.
    public var restore: String?

    // Offloads

    public var gro = OffloadMode.auto
    public var gso = true
    public var batch = true
    public var regroup = true
    /// Microseconds that a busy shard lets datagrams gather before it receives again; 0 = none.
    public var receivePause: UInt32 = 80

    // Logs

    public var logLevel = Logger.Level.info
    public var logFormat = LogFormat.text

    // What loading found out

    /// The content of `adminTokenFile`.
    public internal(set) var adminToken: Secret?
    /// Whether the fleet runs, and under what keys.
    public internal(set) var fleet = FleetMode.off
    /// Settings that were given; all others have their default.
    public internal(set) var sources: [Setting.Key: Source] = [:]
    /// Sentences for the log: odd, but no reason not to start.
    public internal(set) var warnings: [String] = []

    /// The defaults.
    public init() {}

    /// How many data-plane shards to start.
    public func shardCount(usableCPUs: Int) -> Int {
        shards > 0 ? shards : CPUBudget.defaultShards(usableCPUs: usableCPUs)
    }

    public func source(of key: Setting.Key) -> Source { sources[key] ?? .default }

    /// Where a value came from, weakest first.
    public enum Source: String, Sendable {
        case `default`, file, environment, flag
        /// Changed while running.
        case admin
    }

    /// Who owns a node id (DESIGN.md §4).
    public enum RegistrationRules: String, CaseIterable, Sendable {
        /// A claim to a live id wins only when its holder no longer answers.
        case proof
        /// The reference beacon's: the last claim wins, at most every 30 s.
        case reference
    }

    public enum OffloadMode: String, CaseIterable, Sendable {
        /// Switched on by the traffic that gains from it.
        case auto
        case on, off
    }

    public enum LogFormat: String, CaseIterable, Sendable {
        case text, json
    }

    /// Start values of the failure detector.
    public enum FleetPreset: String, CaseIterable, Sendable {
        /// One data centre or region.
        case lan
        /// Round trips up to 300 ms.
        case wan
        /// Loss above 15 %.
        case lossy
    }
}
