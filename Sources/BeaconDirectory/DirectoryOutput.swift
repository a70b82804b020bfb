public import BeaconBasics

public enum RemovalReason: UInt8, CaseIterable, Sendable {
    /// Nobody refreshed it; it registered elsewhere; the operator's doing.
    case expired, moved, removed
}

public enum DirectoryOutput: Sendable {
    case send(DirectoryMessage, to: BeaconID)
    /// One message to each: it has been encoded once, and `write` only copies it.
    case broadcast(DirectoryMessage, to: [BeaconID])
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
    /// The table takes no more entries (at most one event a minute).
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
    /// What is held is exactly the log's state at the cursor. Not so while a snapshot is on its way, nor after one until
    /// the log has caught up with its latest part: that part may have brought later operations.
    public var isSettled: Bool

    public init(
        owner: BeaconID, session: SessionID, head: UInt64, cursor: UInt64, entries: Int, root: UInt64,
        confirmedAt: Moment, isRoutable: Bool, isSettled: Bool = true
    ) {
        self.owner = owner
        self.session = session
        self.head = head
        self.cursor = cursor
        self.entries = entries
        self.root = root
        self.confirmedAt = confirmedAt
        self.isRoutable = isRoutable
        self.isSettled = isSettled
    }
}

/// Since start.
public struct DirectoryCounters: Equatable, Sendable {
    /// Operations of our own log.
    public var changes: UInt64 = 0
    /// Datagrams of batches, one for each peer.
    public var batchesSent: UInt64 = 0
    public var batchesApplied: UInt64 = 0
    /// Not (or no longer) needed, or of an owner or session that is not known here.
    public var batchesIgnored: UInt64 = 0
    public var gaps: UInt64 = 0
    /// Batches sent in answer to nacks.
    public var repairs: UInt64 = 0
    public var digestMismatches: UInt64 = 0
    public var snapshotsServed: UInt64 = 0
    public var snapshotsTaken: UInt64 = 0
    public var refusedFull: UInt64 = 0
    public var stampsClamped: UInt64 = 0
    public var nacksSent: UInt64 = 0
    public var nacksReceived: UInt64 = 0
    /// Batches that a peer was not sent because it had used up its rate: it will ask.
    public var batchesSkipped: UInt64 = 0
    /// Batches that came early and found no room to wait in.
    public var heldFull: UInt64 = 0
    /// Messages and exchanges that were not well-formed, or of somebody who may not send them.
    public var malformed: UInt64 = 0
    /// Members that found the roster or the owner slots full.
    public var ownersRefused: UInt64 = 0
    public var superseded: UInt64 = 0
    /// Entries put right by a repair.
    public var entriesRepaired: UInt64 = 0
    public var exchangesFailed: UInt64 = 0

    public init() {}
}
