public import BeaconBasics
import BeaconDirectory

/// What the data plane tells: its nodes.
extension Cluster {
    /// A node has registered here, or again after it had been elsewhere.
    public mutating func registered(_ node: NodeID, at now: ClusterTime) {
        directory.put(node, at: now)
        pump(now)
    }

    /// Nobody refreshed it any more.
    public mutating func unregistered(_ node: NodeID, at now: ClusterTime) {
        directory.remove(node, .expired, at: now)
        pump(now)
    }
}
