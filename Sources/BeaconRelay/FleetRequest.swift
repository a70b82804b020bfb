public import BeaconBasics
public import BeaconWire

/// What the data plane asks or tells the fleet's control plane.
public enum FleetRequest: Equatable, Sendable {
    /// `claimant` wants an id that the directory has at another live beacon; `Registry.decide` ends it within 3 s.
    case claim(NodeID, by: Address)
    /// What became of a `Registry.probe`.
    case probed(ProbeToken, ProofOfNode)
    /// 03 for a node of another beacon, within its source's budgets. `requester` is served at `address` whatever becomes
    /// of its registration.
    case punch(requester: NodeID, at: Address, target: NodeID, grant: PunchGrant?)
    /// An authentic 0B, from where and to which of our addresses it came.
    case hello(Hello, from: Endpoint)
}

/// What a probe is known by to whoever asked for it.
public struct ProbeToken: Hashable, BitwiseCopyable, Sendable {
    public var rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Whether a node of ours still lives where it is registered.
public enum ProofOfNode: Equatable, Sendable {
    /// It answered: it keeps its id.
    case lives
    /// It was silent, is not (or no longer) ours, or is registered at the claimant's very address: the id may go.
    case gone
    /// It must not be asked yet (the claim budgets), or too many wait for its answer: nothing is decided.
    case busy
}

/// A change of what is registered here. Node 0 is in none: every beacon keeps its own.
public struct RegistryChange: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// It was not here before.
        case registered
        /// Its time was over. A node that was withdrawn, because it is at another beacon now, is not told of.
        case gone
    }

    public var node: NodeID
    public var kind: Kind

    public init(_ node: NodeID, _ kind: Kind) {
        self.node = node
        self.kind = kind
    }
}

/// What `FleetLink.drainChanges` hands out.
public struct RegistryChanges: Equatable, Sendable {
    /// In order of their first change; one a node, the latest.
    public var changes: [RegistryChange] = []
    /// There are more: drain again.
    public var hasMore = false
    /// Changes were lost. When all that is left is drained, the whole table is to be looked through: who is in it and not
    /// known as ours has registered, who is known as ours and not in it is gone. Later drains tell what happens on.
    public var mustRescan = false

    public init() {}
}

/// Of the link between data plane and fleet, since start.
public struct FleetLinkCounters: Equatable, Sendable {
    /// Requests that found the queue full.
    public var claimsRefused: UInt64 = 0
    public var punchesRefused: UInt64 = 0
    public var hellosRefused: UInt64 = 0
    public var proofsLost: UInt64 = 0
    /// How often changes were lost, so that the whole table had to be looked through.
    public var rescans: UInt64 = 0

    public init() {}
}
