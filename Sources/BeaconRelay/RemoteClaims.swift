import BeaconBasics

/// Claims to ids that the directory has at other beacons: the fleet decides them, by asking there for proof of life.
///
/// The first claimant of a node is heard until then; another one's chance comes at the node's new beacon, if not at this
/// one. A plain value, bounded by `capacity`.
struct RemoteClaims {
    static let capacity = 4_096
    /// How long the fleet is waited for; then the claim is forgotten, and the claimant may try again.
    static let patience = Delay.seconds(3)

    struct Claim {
        var registration: Registry.Registration
        var begun: Moment
    }

    private(set) var open: [Claim] = []
    /// Claims ever begun.
    private(set) var begun: UInt64 = 0
    private var byNode: [NodeID: Int] = [:]

    func claim(on node: NodeID) -> Claim? { byNode[node].map { open[$0] } }

    var isFull: Bool { open.count >= Self.capacity }

    /// Begins a claim; the caller has checked that none is open on the node and that there is room.
    mutating func begin(_ claim: Claim) {
        begun += 1
        byNode[claim.registration.node] = open.count
        open.append(claim)
    }

    /// The same claimant has asked again: with 08, it wants 09.
    mutating func wantDestination(_ node: NodeID) {
        if let position = byNode[node] { open[position].registration.wantsDestination = true }
    }

    @discardableResult
    mutating func remove(_ node: NodeID) -> Claim? {
        guard let position = byNode.removeValue(forKey: node) else { return nil }
        let claim = open[position]
        open.swapAt(position, open.count - 1)
        open.removeLast()
        if position < open.count { byNode[open[position].registration.node] = position }
        return claim
    }

    /// Forgets what the fleet has not decided in time; how many.
    mutating func expire(at now: Moment) -> Int {
        let late = open.filter { $0.begun + Self.patience <= now }
        for claim in late { remove(claim.registration.node) }
        return late.count
    }

    /// When `expire` next has something to do; nil if nothing is open.
    var nextDeadline: Moment? { open.lazy.map { $0.begun + Self.patience }.min() }
}
