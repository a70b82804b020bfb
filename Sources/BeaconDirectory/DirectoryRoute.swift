public import BeaconBasics

public struct DirectoryRoute: Equatable, BitwiseCopyable, Sendable {
    public var beacon: BeaconID
    /// The beacon's data address.
    public var address: Address
    public var stamp: Stamp
    public var isDraining: Bool

    @inlinable
    public init(beacon: BeaconID, address: Address, stamp: Stamp, isDraining: Bool) {
        self.beacon = beacon
        self.address = address
        self.stamp = stamp
        self.isDraining = isDraining
    }
}

/// Who has a node: we, another beacon, both for the moment in which it moves, or nobody.
public struct NodeLocation: Equatable, BitwiseCopyable, Sendable {
    /// Of our own entry.
    public var own: Stamp?
    /// The routable entry of another beacon with the highest (stamp, beacon).
    public var other: DirectoryRoute?

    @inlinable
    public init(own: Stamp?, other: DirectoryRoute?) {
        self.own = own
        self.other = other
    }
}

/// One beacon's entry of a node, for people.
public struct NodeHolder: Equatable, Sendable {
    public var beacon: BeaconID
    public var session: SessionID
    public var stamp: Stamp
    public var isRoutable: Bool
    /// Of another beacon; the table does not know whether we drain.
    public var isDraining: Bool
    public var isOwn: Bool

    public init(
        beacon: BeaconID, session: SessionID, stamp: Stamp, isRoutable: Bool, isDraining: Bool, isOwn: Bool
    ) {
        self.beacon = beacon
        self.session = session
        self.stamp = stamp
        self.isRoutable = isRoutable
        self.isDraining = isDraining
        self.isOwn = isOwn
    }

    /// Routable ones first, then by (stamp, beacon).
    static func wins(_ a: NodeHolder, _ b: NodeHolder) -> Bool {
        if a.isRoutable != b.isRoutable { return a.isRoutable }
        return (a.stamp, a.beacon) > (b.stamp, b.beacon)
    }
}
