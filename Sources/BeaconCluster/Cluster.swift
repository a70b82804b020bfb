public import BeaconBasics
public import BeaconCrypto
public import BeaconDirectory
public import BeaconMembership
import BeaconWire

/// The whole control plane of one beacon: bytes and time in, bytes and decisions out. No I/O, no clock, no randomness
/// but its seed (skeleton: the contract with its callers). After each call: `poll()` until nil, then sleep to `deadline`.
public struct Cluster: ~Copyable, Sendable {
    public init(
        _ settings: ClusterSettings, keys: KeyRing, table: DirectoryTable, seed: UInt64, at now: ClusterTime
    ) {}

    // MARK: The network

    public mutating func receive(_ datagram: RawSpan, from source: Address, at now: ClusterTime) {}
    /// A peer's request over a stream (one sealed record); answered by `.streamReply` or `.streamClose` of the same id.
    public mutating func serve(_ request: RawSpan, on stream: StreamID, from source: Address, at now: ClusterTime) {}
    /// What came back on a stream that `.streamOpen` asked for (one sealed record); nil = refused, cut or late.
    public mutating func streamEnded(_ stream: StreamID, reply: [UInt8]?, at now: ClusterTime) {}
    /// A control address at which a beacon of this fleet may be (hello, seed, registry).
    public mutating func contact(_ address: Address, at now: ClusterTime) {}
    /// Timers that are due.
    public mutating func advance(to now: ClusterTime) {}

    // MARK: The data plane

    public mutating func registered(_ node: NodeID, at now: ClusterTime) {}
    public mutating func unregistered(_ node: NodeID, at now: ClusterTime) {}
    /// `claimant` wants an id that the directory has at another beacon; ends in `.claimDecided`.
    public mutating func claim(_ node: NodeID, by claimant: Address, at now: ClusterTime) {}
    /// What became of a `.probe`.
    public mutating func answer(_ probe: ProbeID, _ result: ProbeResult, at now: ClusterTime) {}
    /// 03 for a node of another beacon; `requester` is registered here or serves itself.
    public mutating func punch(_ requester: NodeID, at address: Address, target: NodeID, at now: ClusterTime) {}

    // MARK: The operator

    public mutating func setKeys(_ keys: KeyRing, at now: ClusterTime) {}
    /// Makes `secret` the fleet's key: every live member gets it, sealed, then all seal with it. One at a time.
    public mutating func rotate(to secret: [UInt8], at now: ClusterTime) -> Bool { false }
    public mutating func setDraining(_ draining: Bool, at now: ClusterTime) {}
    public mutating func leave(at now: ClusterTime) {}
    public mutating func forget(_ beacon: BeaconID, at now: ClusterTime) -> Bool { false }

    // MARK: Outputs

    public mutating func poll() -> ClusterOutput? { nil }
    public var deadline: Moment { Moment(nanoseconds: .max) }

    // MARK: Reading

    public var me: Member { fatalError("skeleton") }
    public var members: [MemberStatus] { [] }
    public var owners: [OwnerStatus] { [] }
    public var counters: ClusterCounters { ClusterCounters() }
}

public struct ClusterSettings: Sendable {
    public var me: Member
    /// Fleets of other labels do not open our datagrams (associated data of the seal); at most 64 bytes.
    public var label = ""
    public var membership = MembershipSettings()
    public var directory = DirectorySettings()

    public init(me: Member) { self.me = me }
}

public struct StreamID: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

public struct ProbeID: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Whether a node of ours still lives at its endpoint.
public enum ProbeResult: UInt8, Sendable {
    /// It answered: it keeps the id.
    case lives
    /// It was silent for 500 ms, or is not (or no longer) ours, or the claimant is its very endpoint: the id may go.
    case gone
}

public enum ClusterOutput: Sendable {
    case datagram([UInt8], to: Address)
    /// Open a stream, send the record, read one record; then `streamEnded`. Records travel as length(4) and bytes.
    case streamOpen(StreamID, to: Address, request: [UInt8])
    case streamReply(StreamID, [UInt8])
    case streamClose(StreamID)
    /// The node has registered at another beacon since: drop the local entry.
    case withdraw(NodeID, movedTo: BeaconID)
    /// Another beacon asks whether our node lives; `claimant` is where it is said to be now.
    case probe(ProbeID, NodeID, claimant: Address)
    case claimDecided(NodeID, claimant: Address, granted: Bool)
    /// Send 04 to `to` (a node of ours, at that address) naming `peer`.
    case punch(NodeID, to: Address, peer: Address)
    /// Send 04 to our node, wherever it is registered, naming `peer`; and answer with its address by `punched`.
    case punchTarget(PunchID, NodeID, peer: Address)
    /// The ring as it is now: to be stored.
    case keysChanged(KeyRing)
    case event(ClusterEvent)
    /// `leave` is done.
    case left
}

public struct PunchID: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

extension Cluster {
    /// What became of a `.punchTarget`: where the target is registered, nil if it is not ours.
    public mutating func punched(_ id: PunchID, target: Address?, at now: ClusterTime) {}
}

public enum ClusterEvent: Sendable {
    case member(MemberChange)
    case directory(DirectoryEvent)
    /// Two hosts use one beacon id; both say so. `winner` keeps it.
    case duplicateBeaconID(BeaconID, addresses: [Address], weKeepIt: Bool)
    case keyRotation(KeyRotationEvent)
    /// A beacon of the fleet's network whose datagrams we cannot open: at most one event a minute and address.
    case unknownKey(Address, keyID: UInt16)
}

public enum KeyRotationEvent: Sendable {
    case began(keyID: UInt16)
    case acknowledged(by: BeaconID, remaining: Int)
    case completed(keyID: UInt16)
    case abandoned(keyID: UInt16, missing: [BeaconID])
}

/// Since start. Every control datagram ends in exactly one outcome.
public struct ClusterCounters: Equatable, Sendable {
    public var datagramsSent: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var datagramsReceived: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var opened: UInt64 = 0
    /// Dropped, by `ControlDrop.allCases`.
    public var dropped: [UInt64] = Array(repeating: 0, count: ControlDrop.allCases.count)
    public var streamsOpened: UInt64 = 0
    public var streamsServed: UInt64 = 0
    public var streamsFailed: UInt64 = 0
    public var directory = DirectoryCounters()

    public init() {}
}

/// Why a control datagram or stream record was not taken.
public enum ControlDrop: Int, CaseIterable, Sendable {
    case runt, unknownMagic, otherVersion, unknownKey, badSeal, replay, oldSession, ownEcho, malformed, tooLarge

    public var name: String {
        switch self {
        case .runt: "runt"
        case .unknownMagic: "unknown_magic"
        case .otherVersion: "other_version"
        case .unknownKey: "unknown_key"
        case .badSeal: "bad_seal"
        case .replay: "replay"
        case .oldSession: "old_session"
        case .ownEcho: "own_echo"
        case .malformed: "malformed"
        case .tooLarge: "too_large"
        }
    }
}
