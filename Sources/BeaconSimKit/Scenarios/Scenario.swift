public import BeaconBasics
public import BeaconCluster

/// A kind of trouble, by name: how the network is, and what is planned for a fleet of a given size.
public struct Scenario: Sendable {
    public var name: String
    public var summary: String
    public var network = NetworkSettings()
    /// Sizes that a campaign draws from.
    public var sizes: ClosedRange<Int> = 3...12
    /// Nodes per beacon.
    public var nodesPerBeacon = 8
    public var keepAlive = Delay.seconds(5)
    /// All nodes look for their beacons within this time, two seconds after the start; nil = one keep-alive.
    public var registrationSpread: Delay?
    /// Virtual time until the faults end.
    public var length = Delay.seconds(60)
    /// From the end of the faults until all views must be the same.
    public var healLimit = Delay.seconds(10)
    /// From the end of the faults until the directory must be exact: keep-alives, claims and expiries take their time.
    public var settleLimit = Delay.seconds(40)
    /// A live, well-connected member may be declared dead so often in a run (0 in all but the worst weather).
    public var falseDeathsAllowed = 0
    /// False where nothing that happens may make anybody suspect (L11), or declare dead (L12), a member that is well.
    public var allowsSuspicions = true
    public var allowsDeaths = true
    /// From a suspicion of a member that is well until it must have cleared.
    public var refutationLimit = Delay.seconds(6)
    /// From a process's start, if a seed can hear it, until all must see it.
    public var visibleLimit = Delay.seconds(3)
    /// From a process's start until it must know where every settled node is.
    public var bootstrapLimit = Delay.seconds(10)
    /// From a registration until all must find it.
    public var directoryLimit = Delay.seconds(3)
    /// Latest time at which a well observer must know of a crash.
    public var detectionLimit = Delay.seconds(12)
    /// All members start at once, or each up to a second later than the one before.
    public var startSpread = Delay.milliseconds(500)
    /// Latest time at which a fleet that just started must be complete.
    public var joinLimit = Delay.seconds(8)
    /// Hosts with the beacon id of another, started by the plan.
    public var extraHosts = 0
    /// Unix milliseconds at the start.
    public var epoch: UInt64 = 1_767_225_600_000
    /// Bytes (headers too) that a beacon may send in one second.
    public var trafficLimit: UInt64 = 512 << 10
    /// Fault classes that every run of it must have exercised.
    public var exercises: [FaultClass] = []
    /// Draws from all faults at once: no times are promised for that.
    public var isWild = false
    /// Run by campaigns that do not name their scenarios.
    public var isStandard = true
    /// Other limits, for fleets in which a datagram does not carry the heads of all logs.
    public var inLargeFleets: @Sendable (inout Scenario) -> Void = { _ in }
    /// Changes the beacons' settings.
    public var configure: @Sendable (inout ClusterSettings) -> Void = { _ in }
    /// Draws the plan: called once a run.
    public var plan: @Sendable (inout Plan) -> Void = { _ in }

    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}
