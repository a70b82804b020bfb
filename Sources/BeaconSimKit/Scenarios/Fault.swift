public import BeaconBasics

/// Something that the plan of a run makes happen at an instant.
public enum Fault: Sendable {
    case start(Int)
    /// `silent`: the host goes too, so that connections to it hang in place of being refused.
    case crash(Int, silent: Bool)
    case leave(Int)
    case drain(Int, Bool)
    case pace(Int, FaultPace)
    case deaf(Int, Bool)
    case mute(Int, Bool)
    case cut(from: Int, to: Int, Bool)
    case partition([UInt8])
    case heal
    case network(NetworkSettings)
    /// Milliseconds.
    case wallError(Int, Int64)
    /// 1024ths of real time.
    case clockRate(Int, UInt64)
    /// The fleet's key is changed by this host's operator.
    case rotate(Int)
    /// The host's operator gives it the ring of another one.
    case copyKeys(from: Int, to: Int)
    case traffic(Traffic)
    /// Every node of this host goes to other hosts, spread over so long a time.
    case rehome(Int, over: Delay)
    /// A second daemon with the id of a node of this host appears at the other.
    case twin(of: Int, at: Int)
}

public enum FaultPace: Sendable {
    case normal, paused
    case late(Delay, Delay)
    case starved(Delay, Delay)
}

/// Something that happens again and again.
public struct Traffic: Sendable {
    public enum Kind: Sendable {
        /// New nodes register, or old ones move, at one of `hosts`.
        case move
        /// One node asks to be punched through to another.
        case punch
        /// A daemon sends a frame to another, through the beacon at one of `hosts`.
        case frame
        /// Random bytes; changed, cut or repeated datagrams; other magic and version.
        case hostile
    }

    public var kind: Kind
    public var every: Delay
    public var until: Moment
    /// Where; empty = anywhere.
    public var hosts: [Int]

    public init(_ kind: Kind, every: Delay, until: Moment, hosts: [Int] = []) {
        self.kind = kind
        self.every = every
        self.until = until
        self.hosts = hosts
    }
}

/// Classes of faults that a campaign must have seen at work: one that never was makes the campaign fail.
public enum FaultClass: String, CaseIterable, Sendable {
    case loss, burst, delay, duplication, reordering, oneWay = "one-way", deaf, mute, partition
    case late, starved, pause, overflow
    case crash, silentCrash = "silent-crash", restart, leave, drain
    /// All restart within half a minute; one drains, leaves and comes back.
    case massRestart = "mass-restart", redeploy
    case wallClock = "wall-clock", clockRate = "clock-rate", duplicateID = "duplicate-id"
    case move, nodeStorm = "node-storm", duplicateNode = "duplicate-node", expiry
    case keyRotation = "key-rotation", straggler
    case garbage, bitFlip = "bit-flip", truncation, replay, otherVersion = "other-version"
    case streamFailure = "stream-failure"

    var index: Int { Self.allCases.firstIndex(of: self)! }
}

/// What the fleet itself must have gone through in a campaign, or it has tested nothing.
public enum Milestone: String, CaseIterable, Sendable {
    case suspected, refuted, dead, cameBack = "came-back", leftCleanly = "left-cleanly", drained
    case claimGranted = "claim-granted", claimDenied = "claim-denied", probeAnswered = "probe-answered"
    case probeSilent = "probe-silent", withdrawn, streams, duplicateReported = "duplicate-reported"
    case keysRotated = "keys-rotated", unknownKey = "unknown-key", punched
    case framesCrossed = "frames-crossed", framesDelivered = "frames-delivered"

    var index: Int { Self.allCases.firstIndex(of: self)! }
}
