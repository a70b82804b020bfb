public import BeaconBasics

/// Another beacon of the fleet, as this one sees it.
public struct FleetMember: Sendable {
    public var beacon: BeaconID
    public var state: MemberState
    public var isDraining = false
    /// Seconds since the state changed.
    public var sinceSeconds: Double
    public var session: SessionID
    public var incarnation: UInt32
    /// nil before the first answer.
    public var roundTripMilliseconds: Double?
    /// Of the direct probes of late: 0 … 1000.
    public var lossPerMille = 0
    /// The member's own local health (Lifeguard): 0 = fine.
    public var health = 0
    /// "major.minor.patch".
    public var version: String
    public var protocolVersion: UInt8
    public var control: Address
    public var data: Address
    /// Why it was last suspected or declared dead here; nil if it never was.
    public var evidence: FleetEvidence?

    public init(
        beacon: BeaconID, state: MemberState, sinceSeconds: Double, session: SessionID, incarnation: UInt32,
        version: String, protocolVersion: UInt8, control: Address, data: Address
    ) {
        self.beacon = beacon
        self.state = state
        self.sinceSeconds = sinceSeconds
        self.session = session
        self.incarnation = incarnation
        self.version = version
        self.protocolVersion = protocolVersion
        self.control = control
        self.data = data
    }

    /// A member as the fleet tells of it, state, session, addresses and versions with it.
    public init(_ member: Member, sinceSeconds: Double) {
        self.init(
            beacon: member.beacon, state: member.state, sinceSeconds: sinceSeconds, session: member.session,
            incarnation: member.incarnation, version: member.softwareVersion.description,
            protocolVersion: member.protocolVersion, control: member.control, data: member.data)
        isDraining = member.isDraining
    }
}

/// Why a member was suspected or declared dead: who accused it, and which ways to it were tried in vain.
public struct FleetEvidence: Equatable, Sendable {
    /// Seconds since the verdict.
    public var ageSeconds: Double
    public var accusers: [BeaconID] = []
    /// Direct pings of the failed round.
    public var directAttempts = 0
    /// Members asked to ping it for us, and those of them that said that they had no answer either.
    public var relaysAsked: [BeaconID] = []
    public var nacks: [BeaconID] = []
    /// The probe by TCP failed as well.
    public var streamFailed = false
    /// The check before the death verdict failed.
    public var lastChanceFailed = false
    /// As of then.
    public var roundTripMilliseconds: Double?
    public var lossPerMille = 0

    public init(ageSeconds: Double) { self.ageSeconds = ageSeconds }
}
