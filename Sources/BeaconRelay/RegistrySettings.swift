public import BeaconBasics

/// Who gets a node id that somebody else holds.
public enum RegistrationPolicy: String, CaseIterable, Sendable {
    /// The holder is asked whether it lives (DESIGN.md §4).
    case proof
    /// The reference beacon's rules: an accepted Discover moves the id, at most one each 30 s and id; a PunchRequest
    /// moves it at once (protocol.md §1.2, §1.4).
    case reference
}

/// What the registry is made with. All of it is fixed for the life of the process but what `LiveSettings` has.
public struct RegistrySettings: Sendable {
    public var policy = RegistrationPolicy.proof
    /// Nodes at most; 1 … 16,777,214.
    public var maximumNodes = 1_048_576
    /// An entry that nobody refreshes for longer is forgotten (protocol.md §2.1).
    public var timeToLive = Delay.seconds(600)
    /// Punch requests need a grant signed by the target (protocol.md §5).
    public var requiresGrants = false
    /// Checks an Ed25519 signature: (key, text, signature) → valid.
    public var verifySignature: @Sendable ([UInt8], [UInt8], [UInt8]) -> Bool = { _, _, _ in false }
    /// Sources that no punch limit holds.
    public var punchWhitelist = PunchWhitelist.nobody
    /// Proof-of-life probes: claims begun for one id, by one claimant's prefix, in all; a claim costs up to 3 datagrams.
    public var claimNodeRate = Rate(perSecond: 1)
    /// An office behind one address may move as a whole: a NAT that restarts gives all of its daemons new ports.
    public var claimPrefixRate = Rate(perSecond: 256, burst: 1_024)
    public var claimRate = Rate(perSecond: 2_000, burst: 4_000)

    public init() {}
}

/// IP addresses exempt from the punch limits.
public enum PunchWhitelist: Sendable {
    case nobody
    case everybody
    case hosts(Set<Address>)

    func contains(_ source: Address) -> Bool {
        switch self {
        case .nobody: false
        case .everybody: true
        case .hosts(let hosts): hosts.contains(source.host)
        }
    }
}
