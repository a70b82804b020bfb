public import BeaconBasics

/// How far a drain is. While `serving` all numbers are those of the last drain, if there was one: zero if not.
public struct DrainStatus: Equatable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// Takes whoever comes. → draining
        case serving
        /// Still serves its nodes and takes no new ones. → serving (cancelled), left
        case draining
        /// Out of the fleet, by zero nodes or the deadline.
        case left
    }

    /// A node that is still here and busy.
    public struct BusyNode: Equatable, Sendable {
        public var node: NodeID
        /// Relayed to it in the last one to two minutes, as `/top` has it; bytes of payload.
        public var frames: UInt64
        public var bytes: UInt64

        public init(_ node: NodeID, frames: UInt64, bytes: UInt64) {
            self.node = node
            self.frames = frames
            self.bytes = bytes
        }
    }

    /// More are not shown.
    public static let busiestShown = 5

    public var state = State.serving
    public var then = DrainOrder.Then.exit
    /// Unix seconds; nil if there was no drain.
    public var beganAt: Double?
    /// Since the drain began.
    public var elapsedSeconds: Double?
    /// From the start of the drain to its deadline, and from now to it.
    public var deadlineSeconds: Double?
    public var leftSeconds: Double?

    /// Registered here when the drain began.
    public var nodesAtStart = 0
    /// Registered here and not moved to another beacon.
    public var nodesLeft = 0
    /// Since the drain began: registered at another beacon, and gone without a word.
    public var nodesMoved = 0
    public var nodesExpired = 0
    /// New ids that were answered and not registered.
    public var idsRefused: UInt64 = 0

    /// Other beacons that live and do not drain; nil without a fleet.
    public var othersServing: Int?
    /// Pairs of nodes with a frame in the last ten seconds for a node that is registered here, at any time, drain or not: at
    /// least so many (`TalkerStatus`). nil if they are not counted.
    public var activePairs: Int?

    /// Sent on to other beacons, for nodes that have moved there or are there.
    public var framesForwarded: UInt64 = 0
    /// Sent again by way of the new beacon, since the node may have missed them. A node drops the one that comes from the
    /// wrong beacon.
    public var framesRepeated: UInt64 = 0
    /// Not sent again, though the node may have missed them: of one flow daemons bear no more than 29 that they have taken
    /// already.
    public var framesDoubtful: UInt64 = 0
    /// Lost because of the drain: 0, or it is a fault.
    public var framesLost: UInt64 = 0

    /// The busiest of those that are left, the busiest first, at most `busiestShown`.
    public var busiest: [BusyNode] = []
    /// What keeps the drain from its end, a sentence each.
    public var blockers: [String] = []

    public init() {}
}
