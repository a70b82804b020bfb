public import BeaconBasics

extension Cluster {
    /// Whether our own log has the node.
    public func isOwn(_ node: NodeID) -> Bool { false }

    /// A page of the nodes in our own log: up to `limit`, from `position` (0 at first) on; next is nil at the end.
    public func ownNodes(from position: Int, limit: Int) -> (nodes: [NodeID], next: Int?) { ([], nil) }
}
