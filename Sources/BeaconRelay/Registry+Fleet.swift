public import BeaconBasics
import BeaconDirectory
public import BeaconWire
import Synchronization

/// Who owns an id across beacons (DESIGN.md §4): the fleet asks here, and is asked.
extension Registry {
    /// Whether another beacon has the node and goes on having it: not one that drains, nor one that is dead.
    func isElsewhere(_ node: NodeID) -> Bool {
        guard settings.policy == .proof, node != .unassigned, let route = fleet?.directory.find(node) else {
            return false
        }
        return !route.isDraining
    }

    /// An id that is not registered here.
    func admit(_ r: Registration, at now: Moment, _ state: inout State) -> Result {
        // Whoever has it, it shall not come here.
        guard drainPhase != .refusing, isElsewhere(r.node) else {
            state.remoteClaims.remove(r.node)
            return insert(r, at: now, &state)
        }
        claimRemotely(r, at: now, &state)
        return .pending
    }

    private func claimRemotely(_ r: Registration, at now: Moment, _ state: inout State) {
        if state.claims.isPenalised(r.source.address, at: now) {
            state.counters.claimsIgnored += 1
            return
        }
        if let open = state.remoteClaims.claim(on: r.node) {
            if r.wantsDestination, open.registration.source.address == r.source.address {
                state.remoteClaims.wantDestination(r.node)
            }
            return
        }
        guard !state.remoteClaims.isFull, admitRemoteClaim(r.node, from: r.source.address, at: now, &state),
            fleet?.offer(.claim(r.node, by: r.source.address)) == true
        else {
            state.counters.claimsOverBudget += 1
            return
        }
        state.counters.claims += 1
        state.counters.remoteClaims += 1
        state.remoteClaims.begin(.init(registration: r, begun: now))
    }

    /// The fleet's answer to a `FleetRequest.claim`: granted, the claimant is registered, unless the id has been
    /// registered here meanwhile; refused, it is not listened to for 30 s; undecided, it may try again at once. Ignored
    /// if no such claim is open (any more).
    public func decide(_ node: NodeID, claimant: Address, _ outcome: ClaimOutcome, at now: Moment) {
        let hasNewClaim = state.withLock { state in
            guard let claim = state.remoteClaims.claim(on: node), claim.registration.source.address == claimant else {
                return false
            }
            let before = state.claims.begun
            state.remoteClaims.remove(node)
            settle(claim, outcome, at: now, &state)
            publishOpenClaims(state)
            return state.claims.begun != before
        }
        if hasNewClaim { wake() }
        fleet?.flush()
    }

    private func settle(
        _ claim: RemoteClaims.Claim, _ outcome: ClaimOutcome, at now: Moment, _ state: inout State
    ) {
        switch outcome {
        case .granted:
            state.counters.claimsWon += 1
            guard table.position(of: claim.registration.node) == nil else { return }
            _ = insert(claim.registration, at: now, &state)
        case .refused:
            let claimant = claim.registration.source.address
            noteContested(claim.registration.node, holder: nil, claimant: claimant, &state)
            state.claims.penalise(claim.registration.source.address, at: now)
        case .undecided: state.counters.remoteClaimsUndecided += 1
        }
    }

    /// The directory has a later registration of the node at another beacon: drops the entry here, so that it hides
    /// nothing. False, and nothing is done, if the node is not here, or has come back since: its registration then waits
    /// in the queue of changes, and the fleet does not know of it yet.
    @discardableResult
    public func withdraw(_ node: NodeID) -> Bool {
        defer { fleet?.flush() }
        return state.withLock { state in
            guard node != .unassigned, let position = table.position(of: node),
                fleet?.isWaiting(node, .registered) != true
            else { return false }
            let entry = table.entry(position)
            let isNews = !entry.flags.contains(.moved)
            drop(node, entry, position, &state)
            if isNews { departed(&state) }
            state.counters.withdrawn += 1
            publishOpenClaims(state)
            return true
        }
    }

    /// Another beacon asks whether a node of ours lives, because `claimant` wants its id there. Ends in
    /// `FleetRequest.probed`: at once if there is nothing to ask, after 500 ms at the latest. A node that must not be
    /// asked again yet (the claim budgets) is busy: its silence would prove nothing.
    public func probe(_ node: NodeID, claimant: Address, token: ProbeToken, at now: Moment) {
        let hasNewClaim = state.withLock { state in
            state.counters.probesForOthers += 1
            let before = state.claims.begun
            if let proof = ask(node, claimant, token, at: now, &state) { _ = fleet?.offer(.probed(token, proof)) }
            publishOpenClaims(state)
            return state.claims.begun != before
        }
        if hasNewClaim { wake() }
        fleet?.flush()
    }

    /// What is known without asking; nil if the answer follows.
    private func ask(
        _ node: NodeID, _ claimant: Address, _ token: ProbeToken, at now: Moment, _ state: inout State
    ) -> ProofOfNode? {
        guard settings.policy == .proof, node != .unassigned, let (entry, route) = table.findHere(node),
            route.endpoint.address != claimant, !isExpired(entry, at: now)
        else { return .gone }
        if state.claims.claim(on: node) != nil { return state.claims.await(token, on: node) ? nil : .busy }
        guard admitClaim(node, from: claimant, at: now, &state) else { return .busy }
        state.claims.begin(
            .init(
                node: node, owner: route.endpoint, claimant: nil, wantsDestination: false, begun: now, tokens: [token]))
        return nil
    }

    /// Tells the beacons that wait for it how a claim has ended.
    func end(_ claim: Claims.Claim?, _ proof: ProofOfNode) {
        guard let claim else { return }
        for token in claim.tokens { _ = fleet?.offer(.probed(token, proof)) }
    }

    /// Where to send a punch command for a node of ours; nil if it is not here, or if grants are required and this is
    /// none.
    public func punchTarget(
        _ node: NodeID, requester: NodeID?, grant: PunchGrant?, unixSeconds: Int64
    ) -> Endpoint? {
        guard let endpoint = table.findHere(node)?.route.endpoint else { return nil }
        if settings.requiresGrants {
            guard let requester, let grant,
                isGranted(requester: requester, target: node, grant, unixSeconds: unixSeconds)
            else { return nil }
        }
        return endpoint
    }

    /// The address with our own that its node talks to, if the node is registered from there.
    public func endpoint(of node: NodeID, at address: Address) -> Endpoint {
        guard let endpoint = table.findHere(node)?.route.endpoint, endpoint.address == address else {
            return Endpoint(address: address)
        }
        return endpoint
    }
}
