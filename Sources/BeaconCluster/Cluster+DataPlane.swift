public import BeaconBasics
import BeaconDirectory
import BeaconMembership

/// What the data plane tells: its nodes.
extension Cluster {
    /// A node has registered here, or again after it had been elsewhere.
    public mutating func registered(_ node: NodeID, at now: ClusterTime) {
        let former = directory.departure(of: node) ?? table.find(node)?.beacon
        directory.put(node, at: now)
        if let former, former != me.beacon { tellMoved(node, to: former) }
        pump(now)
    }

    /// The beacon that a node has left hears of it at once and directly: what it sends to the node meanwhile, the node no
    /// longer takes. Lost on the way, the log follows.
    private mutating func tellMoved(_ node: NodeID, to former: BeaconID) {
        guard let stamp = directory.stamp(ofOwn: node) else { return }
        tally.movesTold += 1
        send(.moved(node, stamp), to: former)
    }

    /// A node of ours is at another beacon now. The log alone decides who has it; this only says where its frames go.
    mutating func nodeMoved(_ node: NodeID, _ stamp: Stamp, to beacon: BeaconID) {
        guard let member = membership.member(beacon), member.state.isRoutable,
            directory.heardDeparture(node, to: beacon, stamp)
        else { return }
        tally.movesHeard += 1
        outputs.append(.moved(node, to: member.data))
    }

    /// Nobody refreshed it any more.
    public mutating func unregistered(_ node: NodeID, at now: ClusterTime) {
        directory.remove(node, .expired, at: now)
        pump(now)
    }
}
