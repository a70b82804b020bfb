public import BeaconBasics
public import BeaconDirectory
public import BeaconMembership

public struct ClusterSettings: Sendable {
    public var me: Member
    /// Fleets of other labels do not open our datagrams (associated data of the seal); at most 64 bytes.
    public var label = ""
    public var membership = MembershipSettings()
    public var directory = DirectorySettings()
    /// Punches across beacons: those we ask for, and those each other beacon may ask of us.
    public var punchRate = Rate(perSecond: 1_000)

    public init(me: Member) { self.me = me }
}
