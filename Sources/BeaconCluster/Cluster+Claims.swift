public import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconMembership

/// A claim on a node that another beacon has (DESIGN.md §4): its holder is asked to probe it. An honest mover's old
/// endpoint is silent, so it wins after the half second that the probes take; a thief loses while the node answers.
///
/// The question is repeated, so that a claim is lost to chance in 1 of 100 cases at 30 % loss, and so that a node that
/// moves again within the second in which it may be asked once only is asked as soon as it may be. Without an answer the
/// state of the holder decides. Dead, left, restarted or draining: granted. Suspect, and silent for 1.2 s: granted, for
/// else every node of a crashed beacon would wait for the verdict. Alive but silent for 2 s: undecided, and told of:
/// whoever can cut a path between two beacons must not win ids by it, nor have an honest mover turned away.
struct Claim: Sendable {
    static let attempts = [0, 200, 500, 800, 1_100, 1_400, 1_700].map { Delay.milliseconds($0) }
    static let suspectPatience = Delay.milliseconds(1_200)
    static let patience = Delay.milliseconds(2_000)
    /// How often a silent holder's state is looked at.
    static let look = Delay.milliseconds(100)

    var claimant: Address
    var holderSession: SessionID
    /// The holder has answered that the node may not be asked yet.
    var isBusy = false
}

extension Cluster {
    /// `claimant` wants an id that the directory has at another beacon; ends in `.claimDecided`. A later claimant takes
    /// the earlier one's place (NATs may change a mapping twice in a row).
    public mutating func claim(_ node: NodeID, by claimant: Address, at now: ClusterTime) {
        if let ticket = claimTickets[node], let open = claims[ticket] {
            if open.request.claimant == claimant { return }
            decide(ticket, .undecided)
        }
        tally.claims += 1
        beginClaim(node, claimant, at: now)
        pump(now)
    }

    private mutating func beginClaim(_ node: NodeID, _ claimant: Address, at now: ClusterTime) {
        guard let route = table.find(node), route.beacon != me.beacon, let holder = membership.member(route.beacon),
            holder.state.isRoutable, !holder.isDraining
        else { return tell(node, claimant, .granted) }
        let claim = Claim(claimant: claimant, holderSession: holder.session)
        guard let ticket = claims.begin(claim, node: node, holder: holder.beacon, at: now.moment) else {
            return tell(node, claimant, .undecided)
        }
        claimTickets[node] = ticket
        goOnWithClaim(ticket, at: now)
    }

    mutating func goOnWithClaim(_ ticket: UInt32, at now: ClusterTime) {
        guard let open = claims[ticket] else { return }
        let silent = now.moment.since(open.begun)
        if silent >= Claim.suspectPatience, membership.member(open.holder)?.state != .alive {
            return decide(ticket, .granted)
        }
        if silent >= Claim.patience { return giveUp(open) }
        var asked = open.attempts
        if asked < Claim.attempts.count, silent >= Claim.attempts[asked] {
            asked += 1
            send(.claimRequest(ticket: ticket, node: open.node, claimant: open.request.claimant), to: open.holder)
        }
        let question = asked < Claim.attempts.count ? open.begun + Claim.attempts[asked] : open.begun + Claim.patience
        let look = silent >= Claim.suspectPatience ? now.moment + Claim.look : open.begun + Claim.suspectPatience
        claims.update(ticket) { ($0.attempts, $0.due) = (asked, min(question, look)) }
    }

    private mutating func giveUp(_ open: Requests<Claim>.Open) {
        if !open.request.isBusy {
            tally.claimsUnanswered += 1
            event(.claimUnanswered(open.node, holder: open.holder))
        }
        decide(open.ticket, .undecided)
    }

    mutating func claimAnswered(_ ticket: UInt32, _ node: NodeID, _ result: ProbeResult, by beacon: BeaconID) {
        guard let open = claims[ticket], open.holder == beacon, open.node == node else { return }
        switch result {
        case .gone: decide(ticket, .granted)
        case .lives: decide(ticket, .refused)
        case .busy: claims.update(ticket) { $0.request.isBusy = true }
        }
    }

    /// A holder that has gone, or wants to be rid of its nodes, is not waited for.
    mutating func settleClaims(of holder: Member) {
        guard !claims.open.isEmpty else { return }
        let theirs = claims.open.filter { $0.holder == holder.beacon }.sorted { $0.begun < $1.begun }
        for open in theirs
        where !holder.state.isRoutable || holder.isDraining || holder.session != open.request.holderSession {
            decide(open.ticket, .granted)
        }
    }

    private mutating func decide(_ ticket: UInt32, _ outcome: ClaimOutcome) {
        guard let open = claims.end(ticket) else { return }
        claimTickets[open.node] = nil
        tell(open.node, open.request.claimant, outcome)
    }

    private mutating func tell(_ node: NodeID, _ claimant: Address, _ outcome: ClaimOutcome) {
        switch outcome {
        case .granted: tally.claimsGranted += 1
        case .refused: tally.claimsRefused += 1
        case .undecided: tally.claimsUndecided += 1
        }
        outputs.append(.claimDecided(node, claimant: claimant, outcome))
    }

    // MARK: The holder's side

    mutating func serveClaim(
        _ ticket: UInt32, _ node: NodeID, _ claimant: Address, from origin: SealOrigin, at now: ClusterTime
    ) {
        let question = Served<ProbeResult>.Question(beacon: origin.sender, session: origin.session, ticket: ticket)
        guard let known = probes[question] else {
            guard claimant.isReplyable, let id = probes.begin(question, node: node, at: now.moment) else { return }
            tally.probesServed += 1
            return outputs.append(.probe(ProbeID(id), node, claimant: claimant))
        }
        switch known.answer {
        case nil: break
        case .busy:
            probes.reopen(known.id)
            outputs.append(.probe(ProbeID(known.id), node, claimant: claimant))
        case let result?: reply(known, result)
        }
    }

    /// What became of a `.probe`. Later answers to one that is answered, or forgotten, say nothing.
    public mutating func answer(_ probe: ProbeID, _ result: ProbeResult, at now: ClusterTime) {
        if let known = probes.answer(probe.rawValue, result) { reply(known, result) }
        pump(now)
    }

    private mutating func reply(_ known: Served<ProbeResult>.Entry, _ result: ProbeResult) {
        send(
            .claimReply(ticket: known.question.ticket, node: known.node, result: result), to: known.question.beacon)
    }
}
