/// What the registry has done since start.
public struct RegistryCounters: Equatable, Sendable {
    /// New ids, and ids that went to another endpoint.
    public var registered: UInt64 = 0
    public var moved: UInt64 = 0
    public var expired: UInt64 = 0
    /// Registrations put back from a snapshot.
    public var restored: UInt64 = 0
    /// New ids turned away because the table was full.
    public var refusedFull: UInt64 = 0
    /// New ids turned away because this beacon drains.
    public var refusedDraining: UInt64 = 0
    /// Nodes that have gone to other beacons of the fleet.
    public var departed: UInt64 = 0
    /// Claims to live ids: begun, won by silence, lost to an answer.
    public var claims: UInt64 = 0
    public var claimsWon: UInt64 = 0
    public var claimsContested: UInt64 = 0
    /// Claims not looked into: the source had just lost one; a budget, or the table of claims, was used up.
    public var claimsIgnored: UInt64 = 0
    public var claimsOverBudget: UInt64 = 0
    /// Of `claims`, those that the fleet was asked about, because another beacon had the node; and those of them that it
    /// left undecided.
    public var remoteClaims: UInt64 = 0
    public var remoteClaimsUndecided: UInt64 = 0
    /// Nodes that were found to be registered later at another beacon.
    public var withdrawn: UInt64 = 0
    /// Probes that other beacons asked for.
    public var probesForOthers: UInt64 = 0
    public var probes: UInt64 = 0
    public var notified: UInt64 = 0
    /// Discovers that the reference policy's 30 s rule kept from the table.
    public var limitedDiscovers: UInt64 = 0
    /// Now: claims open here, claims that wait for the fleet, registered nodes by family.
    public var claimsOpen = 0
    public var remoteClaimsOpen = 0
    public var ipv4 = 0
    public var ipv6 = 0

    public init() {}
}
