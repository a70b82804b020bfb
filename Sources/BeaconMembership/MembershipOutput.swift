public import BeaconBasics

public enum MembershipOutput: Sendable {
    /// To be packed with others to the same place. `beacon` is nil for a contact that we do not know yet.
    case send(MembershipMessage, to: Address, beacon: BeaconID?)
    /// One request and one reply over a stream; ends in `exchangeEnded`.
    case exchange(ticket: UInt64, to: Address, request: [UInt8])
    /// A member's row is new or has changed (every step, in order). With evidence where it is a verdict.
    indirect case changed(MemberChange)
    /// The row is gone: an operator has said so, or its time is over.
    case forgotten(BeaconID)
    /// Our own session had to be raised: the fleet remembers a later one of us.
    case sessionRaised(SessionID)
    /// Another live process has our id, at another address. The one born earlier keeps it (of one birth: the lower
    /// address). The loser is silent until the winner is.
    case duplicate(other: Address, weKeepIt: Bool)
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

/// Since start.
public struct MembershipCounters: Equatable, Sendable {
    public var probes: UInt64 = 0
    /// From a ping of ours to the answer to it, of all members.
    public var roundTrips = DelayHistogram()
    public var failedRounds: UInt64 = 0
    /// Answered over a stream alone: the datagram path to that member is broken.
    public var streamRescues: UInt64 = 0
    /// Rounds that we ran for others.
    public var relaysServed: UInt64 = 0
    public var confirmationsAsked: UInt64 = 0
    /// Suspicions that we began or joined.
    public var accusations: UInt64 = 0
    /// Of ourselves.
    public var refutations: UInt64 = 0
    public var checks: UInt64 = 0
    /// Members whose last chance saved them.
    public var checksPassed: UInt64 = 0
    /// Verdicts that we reached, not those we were told.
    public var verdicts: UInt64 = 0
    public var rumoursTold: UInt64 = 0
    public var recordsHeard: UInt64 = 0
    /// Tables compared, and those of them that differed.
    public var syncs: UInt64 = 0
    public var syncsDiffering: UInt64 = 0
    /// Not served, because we had served so many: sent on to other members; not answered at all.
    public var tablesReferred: UInt64 = 0
    public var tablesRefused: UInt64 = 0
    public var retriesOfDead: UInt64 = 0
    public var toldDown: UInt64 = 0
    /// Not taken up because a table was full.
    public var membersRefused: UInt64 = 0
    public var contactsRefused: UInt64 = 0
    public var roundsRefused: UInt64 = 0
    /// Records and messages that could not be true, or came from a member held for dead.
    public var ignored: UInt64 = 0

    public init() {}
}
