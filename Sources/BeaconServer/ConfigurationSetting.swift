/// One thing that an operator can set: its key, its spelling in flags, environment and file, and what it means.
public struct Setting: Sendable {
    public let key: Key
    public let group: Group
    /// What a value looks like: `host:port`.
    public let placeholder: String
    /// The default as it would be written; empty where the default is nothing.
    public let defaultText: String
    /// One or two plain sentences.
    public let help: String
    /// Never shown: `/config` and messages have `***` instead.
    public let isSecret: Bool
    /// `PUT /config/{key}` changes it while running.
    public let isLive: Bool
    /// A flag that may stand alone: `--strict-gossip` is `--strict-gossip=true`. Such a setting is on when the
    /// environment or the file turns it on, whatever the other says (protocol.md §8); only a flag turns it off again.
    public let isSwitch: Bool

    /// Reads a text into the field of a configuration.
    let assign: @Sendable (String, inout Configuration) throws(InvalidValue) -> Void
    /// The field's value, written; a secret is not masked by this.
    let text: @Sendable (Configuration) -> String

    /// `BEACON_RELAY_RATE` for `relay-rate`.
    public var environmentName: String { "BEACON_" + key.rawValue.uppercased().replacing("-", with: "_") }

    /// Keys as they are spelled in flags; in a file `_` is as good as `-`.
    public enum Key: String, CaseIterable, Sendable {
        case config
        case addr
        case advertiseAddr = "advertise-addr"
        case shards
        case receiveBuffer = "receive-buffer"
        case beaconID = "beacon-id"
        case peers
        case strictGossip = "strict-gossip"
        case registry
        case registryAdminToken = "registry-admin-token"
        case registryTLS = "registry-tls"
        case registryFingerprint = "registry-fingerprint"
        case gossipAddr = "gossip-addr"
        case fleetKeyFile = "fleet-key-file"
        case fleetInsecure = "fleet-insecure"
        case fleetLabel = "fleet-label"
        case fleetPreset = "fleet-preset"
        case fleetAdvertise = "fleet-advertise"
        case registration
        case maxNodes = "max-nodes"
        case maxDirectory = "max-directory"
        case relayRate = "relay-rate"
        case unprovenRate = "unproven-rate"
        case punchRate = "punch-rate"
        case punchPrefixRate = "punch-prefix-rate"
        case punchWhitelist = "punch-whitelist"
        case requirePunchToken = "require-punch-token"
        case admin
        case adminTokenFile = "admin-token-file"
        case adminHosts = "admin-hosts"
        case health
        case handoverSocket = "handover-socket"
        case takeover
        case drainOnTerm = "drain-on-term"
        case snapshotDir = "snapshot-dir"
        case snapshotInterval = "snapshot-interval"
        case snapshotKeep = "snapshot-keep"
        case snapshotMaxBytes = "snapshot-max-bytes"
        case restore
        case gro
        case gso
        case batch
        case regroup
        case receivePause = "receive-pause"
        case logLevel = "log-level"
        case logFormat = "log-format"
    }

    /// Headings of the help and of the README's table.
    public enum Group: String, CaseIterable, Sendable {
        case network = "Network"
        case fleet = "Fleet and registry"
        case limits = "Nodes and limits"
        case administration = "Administration"
        case snapshots = "Snapshots"
        case offloads = "Batches and offloads"
        case logs = "Configuration and logs"
    }
}

extension Setting {
    /// How a setting differs from the plain kind.
    enum Trait { case live, secret, `switch` }

    init<Value>(
        _ key: Key, _ group: Group, _ field: any WritableKeyPath<Configuration, Value> & Sendable,
        _ syntax: ValueSyntax<Value>, is traits: Set<Trait> = [], _ help: String
    ) {
        self.key = key
        self.group = group
        self.help = help
        placeholder = syntax.placeholder
        isSecret = traits.contains(.secret)
        isLive = traits.contains(.live)
        isSwitch = traits.contains(.switch)
        assign = { text, configuration throws(InvalidValue) in configuration[keyPath: field] = try syntax.parse(text) }
        text = { syntax.format($0[keyPath: field]) }
        defaultText = syntax.format(Configuration()[keyPath: field])
    }

    /// A setting that may have no value, which is written as `none`.
    init<Value>(
        _ key: Key, _ group: Group, _ field: any WritableKeyPath<Configuration, Value?> & Sendable,
        _ syntax: ValueSyntax<Value>, none: String, is traits: Set<Trait> = [], _ help: String
    ) {
        self.init(key, group, field, syntax.orNone(none), is: traits, help)
    }

    /// The setting with this key, in the spelling of flags or of files.
    public static func named(_ name: some StringProtocol) -> Setting? {
        Key(rawValue: String(name).replacing("_", with: "-")).map(of)
    }

    public static func of(_ key: Key) -> Setting { table[key]! }

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
}
