public import BeaconBasics

/// This beacon's place in its fleet, in one reading.
public struct FleetStatus: Sendable {
    public var beacon: BeaconID
    public var session: SessionID
    /// Raised by this beacon to refute a suspicion or to tell of a change.
    public var incarnation: UInt32
    /// This beacon takes no new nodes.
    public var isDraining = false
    /// Where the control plane listens, and where mesh frames for our nodes go, as others are told. nil while our own
    /// address is not known: it can take a first beacon to tell it.
    public var control: Address?
    public var data: Address?
    /// Fleets of other labels do not hear us.
    public var label = ""
    /// The name of the timing preset: "lan", "lossy" and the like.
    public var preset = ""
    /// Our own local health (Lifeguard): 0 = fine.
    public var health = 0
    /// The ring's keys, the one that seals first. Empty: the fleet runs without a key.
    public var keyIDs: [UInt16] = []
    public var rotation = FleetRotation()
    public var members = FleetMemberCounts()
    /// Peers of kind `blocked`: their control port is to be opened.
    public var blockedPeers = 0
    public var directory = FleetDirectoryTotals()
    public var counters = FleetCounters()

    public init(beacon: BeaconID, session: SessionID, incarnation: UInt32, control: Address?, data: Address?) {
        self.beacon = beacon
        self.session = session
        self.incarnation = incarnation
        self.control = control
        self.data = data
    }
}

/// The last key rotation that this beacon began.
public struct FleetRotation: Equatable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// None was begun since start.
        case none
        case running
        case completed
        /// Given up: `missing` have not taken the key.
        case abandoned
    }

    public var state = State.none
    public var keyID: UInt16?
    /// Members that have the key.
    public var acknowledged = 0
    /// Members that do not have it, yet or for good.
    public var missing: [BeaconID] = []
    /// Seconds since it began.
    public var ageSeconds: Double?

    public init() {}
}

/// How many members there are, this beacon left out, by state.
public struct FleetMemberCounts: Equatable, Sendable {
    public var alive = 0
    public var suspect = 0
    public var dead = 0
    public var left = 0
    /// Of those alive or suspect.
    public var draining = 0

    public init() {}

    public init(_ members: some Sequence<FleetMember>) {
        for member in members {
            switch member.state {
            case .alive: alive += 1
            case .suspect: suspect += 1
            case .dead: dead += 1
            case .left: left += 1
            }
            if member.isDraining, member.state.isRoutable { draining += 1 }
        }
    }
}

/// The sum over all owners, this beacon included.
public struct FleetDirectoryTotals: Equatable, Sendable {
    public var owners = 0
    public var routableOwners = 0
    public var entries = 0
    /// The most changes that any routable owner has told of and that are not here yet.
    public var largestLag: UInt64 = 0

    public init() {}

    public init(_ owners: some Sequence<FleetOwner>) {
        for owner in owners {
            self.owners += 1
            entries += owner.entries
            guard owner.isRoutable else { continue }
            routableOwners += 1
            largestLag = max(largestLag, owner.lag)
        }
    }
}
