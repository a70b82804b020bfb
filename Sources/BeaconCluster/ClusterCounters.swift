public import BeaconDirectory
public import BeaconMembership

/// Since start. Every control datagram ends in exactly one outcome: `datagramsReceived` is `opened` and all of `dropped`.
public struct ClusterCounters: Equatable, Sendable {
    public var datagramsSent: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var datagramsReceived: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var opened: UInt64 = 0
    /// Dropped, by `ControlDrop.allCases`.
    public var dropped: [UInt64] = Array(repeating: 0, count: ControlDrop.allCases.count)
    /// Messages in opened datagrams of a type we do not know, or not well-formed.
    public var messagesSkipped: UInt64 = 0
    /// Not sent: the queue was full, or a message larger than a datagram.
    public var outboundRefused: UInt64 = 0
    public var outboundTooLarge: UInt64 = 0
    /// Not told: more events at once than are kept.
    public var eventsDropped: UInt64 = 0

    public var streamsOpened: UInt64 = 0
    public var streamsServed: UInt64 = 0
    /// Streams of ours that ended without a reply that could be opened.
    public var streamsFailed: UInt64 = 0
    /// Records of streams that were not taken, by `ControlDrop.allCases`.
    public var streamsDropped: [UInt64] = Array(repeating: 0, count: ControlDrop.allCases.count)

    public var claims: UInt64 = 0
    public var claimsGranted: UInt64 = 0
    public var claimsRefused: UInt64 = 0
    /// Nobody could say; the claimant may try again.
    public var claimsUndecided: UInt64 = 0
    /// Of those undecided: the holder's beacon did not answer; the table was full.
    public var claimsUnanswered: UInt64 = 0
    public var claimsFull: UInt64 = 0
    /// Other beacons' claims that our nodes were probed for, and those that found the table full.
    public var probesServed: UInt64 = 0
    public var probesFull: UInt64 = 0
    /// Nodes of other beacons that have registered here, told to those; and what we were told of ours.
    public var movesTold: UInt64 = 0
    public var movesHeard: UInt64 = 0
    public var punches: UInt64 = 0
    public var punchesDone: UInt64 = 0
    /// Not passed on: nobody has the target; over the budget, or the table was full.
    public var punchesWithoutTarget: UInt64 = 0
    public var punchesRefused: UInt64 = 0
    public var punchesServed: UInt64 = 0

    /// Members that made room for others among those whose datagrams can be told from replays.
    public var peersEvicted: UInt64 = 0
    /// Senders of an ended session that were told of the later one.
    public var sessionNotices: UInt64 = 0
    public var membership = MembershipCounters()
    public var directory = DirectoryCounters()

    public init() {}

    public func dropped(_ reason: ControlDrop) -> UInt64 { dropped[reason.rawValue] }
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
