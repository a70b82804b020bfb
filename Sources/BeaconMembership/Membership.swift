public import BeaconBasics
public import BeaconWire

/// SWIM with Lifeguard (skeleton: the contract with its callers).
public struct Membership: Sendable {
    public private(set) var me: Member
    public let settings: MembershipSettings

    public init(_ me: Member, settings: MembershipSettings, seed: UInt64, at now: Moment) {
        self.me = me
        self.settings = settings
    }

    // MARK: Inputs

    /// One message of an opened (authenticated) datagram. `sender` is the sealed header's; `source` where it came from.
    public mutating func receive(
        _ message: MembershipMessage, from sender: BeaconID, session: SessionID, source: Address, at now: Moment
    ) {}
    /// A control address at which a beacon of the fleet may be: asked until it answers, and again while the member there is dead.
    public mutating func contact(_ address: Address, at now: Moment) {}
    /// What came back from an `.exchange`; nil = no connection, or it ended early.
    public mutating func exchangeEnded(_ ticket: UInt64, reply: [UInt8]?, at now: Moment) {}
    /// The answer to a peer's exchange (fallback probe or full table); nil = not well-formed.
    public mutating func serve(_ request: [UInt8], from sender: BeaconID, at now: Moment) -> [UInt8]? { nil }
    /// Timers that are due.
    public mutating func advance(to now: Moment) {}
    public mutating func setDraining(_ draining: Bool, at now: Moment) {}
    /// Tells everybody; `.left` in the outputs when enough have acknowledged, or after 2 s.
    public mutating func leave(at now: Moment) {}
    /// The operator's word that a dead or left member is gone for good.
    public mutating func forget(_ beacon: BeaconID, at now: Moment) -> Bool { false }

    // MARK: Outputs

    public mutating func poll() -> MembershipOutput? { nil }
    /// When `advance` next has something to do.
    public var deadline: Moment { Moment(nanoseconds: .max) }
    /// Rumours for a datagram that has room: whole messages (type, length, body) of at most `room` bytes.
    public mutating func appendRumours(_ writer: inout ControlWriter, room: Int, to beacon: BeaconID?, at now: Moment) {
    }

    // MARK: Reading

    /// Everybody known but ourselves, by beacon id.
    public var members: [MemberStatus] { [] }
    public func member(_ beacon: BeaconID) -> Member? { nil }
}

public struct MembershipSettings: Sendable {
    public init() {}
}

public enum MembershipMessage: Sendable {
    public init?(type: UInt8, _ body: inout ControlReader) { return nil }
    public func write(_ writer: inout ControlWriter) {}
}

public enum MembershipOutput: Sendable {
    /// To be packed with others to the same place. `beacon` is nil for a contact that we do not know yet.
    case send(MembershipMessage, to: Address, beacon: BeaconID?)
    /// One request and one reply over a stream; ends in `exchangeEnded`.
    case exchange(ticket: UInt64, to: Address, request: [UInt8])
    /// A member's row is new or has changed (every step, in order). With evidence where it is a verdict.
    case changed(MemberChange)
    /// Our own session had to be raised: the fleet remembers a later one of us.
    case sessionRaised(SessionID)
    case left
}

public struct MemberChange: Sendable {
    public var member: Member
    public var previous: Member?
    public var evidence: Evidence?

    public init(member: Member, previous: Member?, evidence: Evidence?) {
        self.member = member
        self.previous = previous
        self.evidence = evidence
    }
}

/// Why a member was suspected or declared dead here: who accused it, and what was tried.
public struct Evidence: Hashable, Sendable {
    public var accusers: [BeaconID] = []
    /// Tried in the failed round: direct pings, relays asked, nacks and "no answer"s among them, stream probe.
    public var directAttempts = 0
    public var relaysAsked: [BeaconID] = []
    public var nacks: [BeaconID] = []
    public var streamFailed = false
    public var lastChanceFailed = false
    /// As of then.
    public var roundTrip: Delay?
    public var lossPerMille = 0

    public init() {}
}

/// What an operator sees of a member.
public struct MemberStatus: Sendable {
    public var member: Member
    public var since: Moment
    public var roundTrip: Delay?
    public var lossPerMille: Int
    /// The member's own local health (Lifeguard), 0 = fine.
    public var health: Int
    public var evidence: Evidence?
    public var evidenceAt: Moment?

    public init(
        member: Member, since: Moment, roundTrip: Delay? = nil, lossPerMille: Int = 0, health: Int = 0,
        evidence: Evidence? = nil, evidenceAt: Moment? = nil
    ) {
        self.member = member
        self.since = since
        self.roundTrip = roundTrip
        self.lossPerMille = lossPerMille
        self.health = health
        self.evidence = evidence
        self.evidenceAt = evidenceAt
    }
}
