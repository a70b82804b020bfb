import BeaconBasics

/// The contests for live node ids: proof of life (DESIGN.md §4).
///
/// A daemon answers a PunchCommand from its beacon by sending `PILP` to the address in it. So a command that names the
/// beacon itself asks "are you there?". When another endpoint claims a live id, the current one is asked at 0, 150 and
/// 300 ms: an answer keeps the id, silence until 500 ms gives it away. The same question without a claimant verifies an
/// endpoint that has never proven itself.
///
/// A plain value: time comes in, probes and verdicts come out. Bounded by `capacity`.
struct Claims {
    static let capacity = 4_096
    static let probeTimes: [Delay] = [.milliseconds(0), .milliseconds(150), .milliseconds(300)]
    /// How long the last question is given; 500 ms in all. Counted from when it was really asked: a process that was
    /// held up has not listened either.
    static let patience = Delay.milliseconds(200)
    /// How long a source that has lost a claim is not listened to.
    static let penalty = Delay.seconds(30)
    /// Other beacons that may wait for one node's answer.
    static let maximumTokens = 4

    struct Claim: Equatable {
        var node: NodeID
        /// Where the node is registered, and who is asked.
        var owner: Endpoint
        /// Who wants the id; nil when the owner is only being verified.
        var claimant: Endpoint?
        /// The claimant registered with 08.
        var wantsDestination: Bool
        var begun: Moment
        var probesSent = 0
        var lastProbe = Moment(nanoseconds: 0)
        /// Other beacons that wait for the answer: the node is claimed there.
        var tokens: [ProbeToken] = []

        /// When there is next something to do: a probe to send, or silence to take for an answer.
        var deadline: Moment {
            probesSent < Claims.probeTimes.count ? begun + Claims.probeTimes[probesSent] : lastProbe + Claims.patience
        }
    }

    enum Event: Equatable {
        /// Ask the owner.
        case probe(Claim)
        /// The owner was silent: the claimant gets the id (or the owner stays unproven).
        case silent(Claim)
    }

    private(set) var open: [Claim] = []
    /// Claims ever begun.
    private(set) var begun: UInt64 = 0
    private var byNode: [NodeID: Int] = [:]
    /// How many open claims ask this owner: `PILP` names no id.
    private var owners: [Address: Int] = [:]
    private var losers: [Address: Moment] = [:]

    func claim(on node: NodeID) -> Claim? { byNode[node].map { open[$0] } }

    var isFull: Bool { open.count >= Self.capacity }

    func isPenalised(_ source: Address, at now: Moment) -> Bool {
        losers[source].map { now < $0 } ?? false
    }

    /// Begins a claim; the caller has checked that none is open on the node and that there is room.
    mutating func begin(_ claim: Claim) {
        begun += 1
        byNode[claim.node] = open.count
        owners[claim.owner.address, default: 0] += 1
        open.append(claim)
    }

    /// A later claimant takes the earlier one's place; the clock runs on. NATs may change a mapping twice in a row,
    /// and the latest is the one that works. A claimant that has sent an 08 keeps asking for 09, whatever follows it.
    mutating func replaceClaimant(on node: NodeID, by claimant: Endpoint, wantsDestination: Bool) {
        guard let position = byNode[node] else { return }
        let isSame = open[position].claimant?.address == claimant.address
        open[position].claimant = claimant
        open[position].wantsDestination = wantsDestination || isSame && open[position].wantsDestination
    }

    /// One more beacon waits for what becomes of the claim on a node; false if too many do.
    mutating func await(_ token: ProbeToken, on node: NodeID) -> Bool {
        guard let position = byNode[node], open[position].tokens.count < Self.maximumTokens else { return false }
        open[position].tokens.append(token)
        return true
    }

    /// Takes out the claims whose owner `source` is: it lives. Empty if nobody asked.
    mutating func answered(by source: Address, at now: Moment) -> [Claim] {
        guard owners[source] != nil else { return [] }
        let proven = open.filter { $0.owner.address == source }
        for claim in proven { dismiss(claim.node, at: now) }
        return proven
    }

    /// Ends the claim on a node in its owner's favour.
    mutating func dismiss(_ node: NodeID, at now: Moment) {
        guard let claim = remove(node) else { return }
        if let claimant = claim.claimant { penalise(claimant.address, at: now) }
    }

    @discardableResult
    mutating func remove(_ node: NodeID) -> Claim? {
        guard let position = byNode.removeValue(forKey: node) else { return nil }
        let claim = open[position]
        owners[claim.owner.address, default: 1] -= 1
        if owners[claim.owner.address] == 0 { owners[claim.owner.address] = nil }
        open.swapAt(position, open.count - 1)
        open.removeLast()
        if position < open.count { byNode[open[position].node] = position }
        return claim
    }

    /// What is due: probes to send, and claims that silence has decided (those are taken out).
    mutating func due(at now: Moment) -> [Event] {
        var events: [Event] = []
        for position in open.indices where open[position].deadline <= now {
            if open[position].probesSent < Self.probeTimes.count {
                open[position].probesSent += 1
                open[position].lastProbe = now
                events.append(.probe(open[position]))
            } else {
                events.append(.silent(open[position]))
            }
        }
        for case .silent(let claim) in events { remove(claim.node) }
        return events
    }

    /// When `due` next has something; nil if nothing is open.
    var nextDeadline: Moment? { open.lazy.map(\.deadline).min() }

    mutating func penalise(_ source: Address, at now: Moment) {
        if losers.count >= Self.capacity { losers = losers.filter { now < $0.value } }
        // Still full: every one of them lost within 30 s. The probe budgets hold the rest back.
        if losers.count < Self.capacity { losers[source] = now + Self.penalty }
    }
}
