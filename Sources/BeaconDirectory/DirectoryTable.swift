public import BeaconBasics

/// Node → beacon, as the data plane reads it: from any thread, without a lock (skeleton).
public final class DirectoryTable: @unchecked Sendable {
    /// `capacity`: entries at most, of all other beacons together and our own.
    public init(capacity: Int, hash: KeyedHash) {}

    /// Where another beacon's node is: the routable entry with the highest (stamp, beacon). nil: nobody (else) has it.
    public func find(_ node: NodeID) -> DirectoryRoute? { nil }
    /// Whether mesh frames from this data address are a live member's.
    public func isMember(_ data: Address) -> Bool { false }
}

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
