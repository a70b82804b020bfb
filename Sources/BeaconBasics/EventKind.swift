/// What sort of event it is: one word for programs. Whoever makes an event takes one of those below; whoever reads a
/// snapshot may meet words of a later version.
public struct EventKind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    private init(_ word: StaticString) { rawValue = "\(word)" }

    public var description: String { rawValue }

    // The process

    public static let started = EventKind("started")
    public static let stopping = EventKind("stopping")
    /// The process is about to die of a signal that its own fault has brought.
    public static let fatal = EventKind("fatal")
    /// Something failed that the beacon lives on without.
    public static let error = EventKind("error")
    /// A data-plane thread has stopped publishing its counters, or does so again.
    public static let shard = EventKind("shard")
    public static let snapshot = EventKind("snapshot")
    public static let restored = EventKind("restored")

    // The operator

    public static let setting = EventKind("setting")
    /// A request that changes something, other than a setting.
    public static let adminWrite = EventKind("admin_write")

    /// A successor has taken over from this process, this process from another, or neither.
    public static let takeover = EventKind("takeover")
    /// A drain has begun, was changed or cancelled, or is over.
    public static let drain = EventKind("drain")

    // Traffic and nodes

    /// A claim to a live id, which its holder has kept.
    public static let contested = EventKind("contested")
    /// A node is at another endpoint.
    public static let moved = EventKind("moved")
    /// Events of nodes that were left out because there were too many.
    public static let leftOut = EventKind("left_out")
    /// A budget refuses, or refuses no longer.
    public static let budget = EventKind("budget")
    public static let offload = EventKind("offload")
    public static let registry = EventKind("registry")

    // The fleet

    public static let joined = EventKind("joined")
    public static let left = EventKind("left")
    public static let peer = EventKind("peer")
    public static let member = EventKind("member")
    public static let memberForgotten = EventKind("member_forgotten")
    public static let controlBlocked = EventKind("control_blocked")
    public static let duplicateBeaconID = EventKind("duplicate_beacon_id")
    public static let sessionRaised = EventKind("session_raised")
    public static let unknownKey = EventKind("unknown_key")
    public static let claimUnanswered = EventKind("claim_unanswered")
    public static let clockSkew = EventKind("clock_skew")
    public static let keyRotation = EventKind("key_rotation")
    public static let keysLoaded = EventKind("keys_loaded")
    public static let keysStored = EventKind("keys_stored")
    public static let keysNotStored = EventKind("keys_not_stored")
    public static let socketLost = EventKind("socket_lost")
    public static let rescan = EventKind("rescan")
    public static let digestMismatch = EventKind("digest_mismatch")
    public static let snapshotTaken = EventKind("snapshot_taken")
    public static let directoryFull = EventKind("directory_full")
}
