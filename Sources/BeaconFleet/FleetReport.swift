public import BeaconBasics
public import BeaconCluster
public import BeaconDirectory
public import BeaconMembership

/// The fleet as of a moment: a copy.
public struct FleetReport: Sendable {
    public var at: Moment
    public var session: SessionID
    /// As bound.
    public var listen: Address
    /// nil before our own address is known, which takes a first beacon to meet.
    public var me: Member?
    public var members: [MemberStatus] = []
    public var owners: [OwnerStatus] = []
    /// How well we are ourselves (Lifeguard): 0 = fine.
    public var localHealth = 0
    public var counters = ClusterCounters()
    /// The first seals. Empty for a fleet without a key.
    public var keyIDs: [UInt16] = []
    /// The beacons that are named by `--peers` or the registry.
    public var peers: [HelloPeer] = []
    /// Those of them (data addresses) that answer hellos while nothing is heard of their control plane.
    public var blocked: Set<Address> = []
    public var shell = FleetShellCounters()
}

/// What the shell itself counts, since start.
public struct FleetShellCounters: Equatable, Sendable {
    /// Datagrams that the kernel did not take.
    public var sendErrors: UInt64 = 0
    /// Streams turned away for want of room, and those that were late or made no sense.
    public var streamsRefused: UInt64 = 0
    public var streamsBad: UInt64 = 0
    /// Streams of our own that were not begun because too many were open.
    public var streamsNotBegun: UInt64 = 0
    /// Events that nobody was told of, because the log was too slow.
    public var eventsDropped: UInt64 = 0
    public var rescans: UInt64 = 0
    public var hellosSent: UInt64 = 0
    public var hellosReceived: UInt64 = 0

    public init() {}
}
