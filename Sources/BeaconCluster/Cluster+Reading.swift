public import BeaconBasics
import BeaconDirectory
import BeaconMembership

/// For a caller that has lost changes of its nodes and looks through all of them.
extension Cluster {
    /// Whether our own log has the node.
    public func isOwn(_ node: NodeID) -> Bool { directory.isOwn(node) }

    public var ownNodePages: Int { directory.ownNodePages }

    /// The nodes of our own log on a page.
    public func ownNodes(page: Int) -> [NodeID] { directory.ownNodes(page: page) }
}

extension Cluster {
    /// How well we are ourselves (Lifeguard): 0 = fine.
    public var localHealth: Int { membership.localHealth }
}
