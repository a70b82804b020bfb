public import BeaconBasics

/// What a beacon knows at one moment of itself, its fleet and its last quarter of an hour: all that a post-mortem asks
/// for. The same value is made for `GET /report`, written to a file, and read back from one; only the registered nodes,
/// of which there may be millions, are streamed beside it (`SnapshotNode`).
///
/// Each part is consistent in itself; between two of them a few milliseconds may have passed. Times are Unix seconds.
public struct Snapshot: Equatable, Sendable {
    public var meta = SnapshotMeta()
    /// Every setting in a stable order; secrets are masked.
    public var config: [SnapshotSetting] = []
    /// Every counter and gauge by its name, as of `meta.takenAt`.
    public var counters: [SnapshotCounter] = []
    /// The same names, once a second, for the last 15 minutes.
    public var samples = SnapshotSamples()
    public var shards: [SnapshotShard] = []
    /// The other beacons: members of the fleet, and reference beacons.
    public var peers: [SnapshotPeer] = []
    /// What members' states have been, oldest first; a bounded number.
    public var peerHistory: [SnapshotPeerChange] = []
    public var directoryOwners: [SnapshotOwner] = []
    /// Oldest first; a bounded number.
    public var events: [BeaconEvent] = []
    /// Dropped datagrams by reason, every reason present.
    public var drops: [SnapshotDrop] = []
    public var topTalkers: [SnapshotTalker] = []

    public init() {}

    /// The counter's value, or nil if there is none of that name.
    public func counter(_ name: String) -> Double? { counters.first { $0.name == name }?.value }
}
