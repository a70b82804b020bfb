public import BeaconBasics
import BeaconCrypto
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

extension Cluster {
    /// How full everything is that grows with the fleet, or with what strangers and peers send, in all parts of the
    /// control plane.
    public var tables: [TableUse] {
        let own = [
            TableUse("cluster.claims", claims.open.count, of: Requests<Claim>.capacity),
            TableUse("cluster.claim_tickets", claimTickets.count, of: Requests<Claim>.capacity),
            TableUse("cluster.probes", probes.count, of: Served<ProbeResult>.capacity),
            TableUse("cluster.punches", punches.open.count, of: Requests<Punch>.capacity),
            TableUse("cluster.punch_targets", punchTargets.count, of: Served<Address?>.capacity),
            TableUse("cluster.streams", streams.count, of: Streams.capacity),
            TableUse("cluster.links", links.count, of: Links.capacity),
            TableUse("cluster.sealed_peers", peers.count, of: SealedPeers.capacity),
            TableUse("cluster.outbox", outbox.count, of: Outbox.maximumParcels),
        ]
        return own + membership.tables + directory.tables
    }
}
