public import BeaconBasics

/// One beacon's log of the nodes that are registered at it, as far as it is followed here.
public struct FleetOwner: Equatable, Sendable {
    public var owner: BeaconID
    public var session: SessionID
    /// The number of the last change that the owner has told of, and of the last one that is here.
    public var head: UInt64
    public var cursor: UInt64
    public var entries: Int
    /// XOR digest over the entries: equal cursors must mean equal digests.
    public var digest: UInt64
    /// Seconds since the cursor last moved or was confirmed.
    public var confirmedSeconds: Double
    /// The owner lives: its nodes are reachable.
    public var isRoutable: Bool

    public init(
        owner: BeaconID, session: SessionID, head: UInt64, cursor: UInt64, entries: Int, digest: UInt64,
        confirmedSeconds: Double, isRoutable: Bool
    ) {
        self.owner = owner
        self.session = session
        self.head = head
        self.cursor = cursor
        self.entries = entries
        self.digest = digest
        self.confirmedSeconds = confirmedSeconds
        self.isRoutable = isRoutable
    }

    /// Changes told of that are not here yet.
    public var lag: UInt64 { head > cursor ? head - cursor : 0 }
}

/// Where a node is, by the directory and by what reference beacons tell.
public struct NodeHome: Equatable, Sendable {
    public enum Place: Equatable, Sendable {
        /// Registered at this beacon.
        case here
        /// At another beacon of the fleet; mesh frames go to `data`.
        case member(BeaconID, data: Address)
        /// At a reference beacon, which says so by legacy sync.
        case legacy(Address)
        /// Only beacons that are dead or have left have claimed it.
        case nowhere
    }

    /// What one beacon's log says of the node.
    public struct Entry: Equatable, Sendable {
        public var owner: BeaconID
        /// When it registered there: the highest stamp wins, and of equal ones the higher beacon id.
        public var stamp: Stamp
        /// The owner lives.
        public var isRoutable: Bool
        public var isDraining: Bool

        public init(owner: BeaconID, stamp: Stamp, isRoutable: Bool, isDraining: Bool) {
            self.owner = owner
            self.stamp = stamp
            self.isRoutable = isRoutable
            self.isDraining = isDraining
        }
    }

    public var place: Place
    /// Of the entry that won; nil if there is none.
    public var stamp: Stamp?
    /// All that is known, the winner first and the losers in order.
    public var entries: [Entry] = []

    public init(_ place: Place, stamp: Stamp? = nil, entries: [Entry] = []) {
        self.place = place
        self.stamp = stamp
        self.entries = entries
    }
}
