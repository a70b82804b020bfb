public import BeaconBasics
public import BeaconWire

/// Owner logs: which beacon has which node (skeleton: the contract with its callers).
public struct Directory: ~Copyable, Sendable {
    public let table: DirectoryTable

    public init(
        me: BeaconID, session: SessionID, table: DirectoryTable, settings: DirectorySettings, seed: UInt64,
        at now: ClusterTime
    ) {
        self.table = table
    }

    // MARK: Our own nodes

    /// A node has registered here (or again, after it had moved away). Its stamp beats every one we know of for it.
    public mutating func put(_ node: NodeID, at now: ClusterTime) {}
    public mutating func remove(_ node: NodeID, _ reason: RemovalReason, at now: ClusterTime) {}
    public func isOwn(_ node: NodeID) -> Bool { false }
    /// Our session was raised: a new log, with the same nodes.
    public mutating func restart(session: SessionID, at now: ClusterTime) {}

    // MARK: Peers

    /// Every change of a member, as membership tells it.
    public mutating func memberChanged(_ member: Member, at now: ClusterTime) {}
    /// Membership has forgotten it for good.
    public mutating func memberForgotten(_ beacon: BeaconID) {}
    public mutating func receive(
        _ message: DirectoryMessage, from sender: BeaconID, session: SessionID, at now: ClusterTime
    ) {}
    /// Heads for a ping or ack: ours first, then others' in turn; `limit` counts them all.
    public mutating func heads(limit: Int) -> [LogHead] { [] }
    /// What `sender` says of the logs.
    public mutating func learn(_ heads: [LogHead], from sender: BeaconID, at now: ClusterTime) {}
    public mutating func serve(_ request: [UInt8], from sender: BeaconID, at now: ClusterTime) -> [UInt8]? { nil }
    public mutating func exchangeEnded(_ ticket: UInt64, reply: [UInt8]?, at now: ClusterTime) {}
    public mutating func advance(to now: ClusterTime) {}
    public var deadline: Moment { Moment(nanoseconds: .max) }
    public mutating func poll() -> DirectoryOutput? { nil }

    // MARK: Reading

    /// Every log, ours included, by beacon id.
    public var owners: [OwnerStatus] { [] }
    public var counters: DirectoryCounters { DirectoryCounters() }
}

public struct DirectorySettings: Sendable {
    public init() {}
}

public enum RemovalReason: UInt8, CaseIterable, Sendable {
    /// Nobody refreshed it; it registered elsewhere; the operator's doing.
    case expired, moved, removed
}

public struct LogHead: Equatable, Sendable {
    public var owner: BeaconID
    public var session: SessionID
    public var sequence: UInt64
    /// The low half of the root digest.
    public var root: UInt32

    public init(owner: BeaconID, session: SessionID, sequence: UInt64, root: UInt32) {
        self.owner = owner
        self.session = session
        self.sequence = sequence
        self.root = root
    }
}

public enum DirectoryMessage: Sendable {
    public init?(type: UInt8, _ body: inout ControlReader) { return nil }
    public func write(_ writer: inout ControlWriter) {}
}

public enum DirectoryOutput: Sendable {
    case send(DirectoryMessage, to: BeaconID)
    case exchange(ticket: UInt64, to: BeaconID, request: [UInt8])
    /// A node of ours is registered later at another beacon: its entry here must go. Its removal is in our log already.
    case superseded(NodeID, by: BeaconID, stamp: Stamp)
    case event(DirectoryEvent)
}

public enum DirectoryEvent: Sendable {
    /// Equal cursors, other digests: a bug or corruption; being repaired.
    case digestMismatch(owner: BeaconID)
    /// A follower has caught up with an owner's log by snapshot.
    case snapshotTaken(owner: BeaconID, entries: Int, took: Delay)
    case full
}

public struct OwnerStatus: Sendable {
    public var owner: BeaconID
    public var session: SessionID
    /// What the owner has told of, and how far we have followed.
    public var head: UInt64
    public var cursor: UInt64
    public var entries: Int
    public var root: UInt64
    /// When the cursor last moved or was confirmed.
    public var confirmedAt: Moment
    public var isRoutable: Bool

    public init(
        owner: BeaconID, session: SessionID, head: UInt64, cursor: UInt64, entries: Int, root: UInt64,
        confirmedAt: Moment, isRoutable: Bool
    ) {
        self.owner = owner
        self.session = session
        self.head = head
        self.cursor = cursor
        self.entries = entries
        self.root = root
        self.confirmedAt = confirmedAt
        self.isRoutable = isRoutable
    }
}

/// Since start.
public struct DirectoryCounters: Equatable, Sendable {
    public var changes: UInt64 = 0
    public var batchesSent: UInt64 = 0
    public var batchesApplied: UInt64 = 0
    public var batchesIgnored: UInt64 = 0
    public var gaps: UInt64 = 0
    public var repairs: UInt64 = 0
    public var digestMismatches: UInt64 = 0
    public var snapshotsServed: UInt64 = 0
    public var snapshotsTaken: UInt64 = 0
    public var refusedFull: UInt64 = 0
    public var stampsClamped: UInt64 = 0

    public init() {}
}
