public import BeaconBasics
import Synchronization

/// Proof of life: what becomes of a claim to a live id.
extension Registry {
    func claim(_ r: Registration, _ held: Endpoint, at now: Moment, _ state: inout State) {
        if state.claims.isPenalised(r.source.address, at: now) {
            state.counters.claimsIgnored += 1
            return
        }
        if let open = state.claims.claim(on: r.node) {
            if open.claimant?.address != r.source.address { state.counters.claims += 1 }
            state.claims.replaceClaimant(on: r.node, by: r.source, wantsDestination: r.wantsDestination)
            return
        }
        guard admitClaim(r.node, from: r.source.address, at: now, &state) else {
            state.counters.claimsOverBudget += 1
            return
        }
        state.counters.claims += 1
        state.claims.begin(
            .init(
                node: r.node, owner: held, claimant: r.source, wantsDestination: r.wantsDestination, begun: now))
    }

    /// The probe budgets: nobody can make the beacon ask one node, or many, more often than these allow.
    func admitClaim(_ node: NodeID, from source: Address, at now: Moment, _ state: inout State) -> Bool {
        !state.claims.isFull && admit(UInt64(node.rawValue), source, at: now, &state)
    }

    /// The same of questions that another beacon's node is asked. They are counted apart from those that a node is asked
    /// here: one that has just come, and moves on, must not have to wait because of its own coming.
    func admitRemoteClaim(_ node: NodeID, from source: Address, at now: Moment, _ state: inout State) -> Bool {
        admit(UInt64(node.rawValue) | 1 << 32, source, at: now, &state)
    }

    private func admit(_ nodeKey: UInt64, _ source: Address, at now: Moment, _ state: inout State) -> Bool {
        state.claimPrefixes.take(hash(source.prefix), settings.claimPrefixRate, at: now)
            && state.claimNodes.take(hash(nodeKey), settings.claimNodeRate, at: now)
            && state.claimTotal.take(settings.claimRate, at: now)
    }

    /// Asks an endpoint that has never proven itself, where the operator wants to know (`--unproven-rate`).
    func verify(_ node: NodeID, at endpoint: Endpoint, at now: Moment, _ state: inout State) {
        guard live.unprovenRate > 0, state.claims.claim(on: node) == nil,
            admitClaim(node, from: endpoint.address, at: now, &state)
        else { return }
        state.claims.begin(.init(node: node, owner: endpoint, claimant: nil, wantsDestination: false, begun: now))
    }

    /// `PILP` came from `source`: whoever was asked there lives. False if nobody was.
    public func proof(from source: Address, at now: Moment) -> Bool {
        guard hasOpenClaims else { return false }
        defer { fleet?.flush() }
        return state.withLock { state in
            let proven = state.claims.answered(by: source, at: now)
            for claim in proven {
                end(claim, .lives)
                noteContested(claim.node, holder: source, claimant: claim.claimant?.address, &state)
                markProven(claim.node, at: source)
            }
            publishOpenClaims(state)
            return !proven.isEmpty
        }
    }

    /// The holder of an id lives: whoever claimed it does not get it.
    func noteContested(_ node: NodeID, holder: Address?, claimant: Address?, _ state: inout State) {
        guard let claimant else { return }
        state.counters.claimsContested += 1
        state.news.add(NodeNews(node, .contested, holder: holder, other: claimant))
    }

    func markProven(_ node: NodeID, at source: Address) {
        guard let position = table.position(of: node), let route = table.entry(position).read(node),
            route.endpoint.address == source
        else { return }
        table.entry(position).write(node, route.endpoint, flags: route.flags.union(.proven))
    }

    /// A probe to send: a PunchCommand that names the beacon itself, to `endpoint`.
    public struct Probe: Equatable, Sendable {
        public var node: NodeID
        public var endpoint: Endpoint
    }

    /// Moves time on: decides claims by silence and says which probes are due.
    public func dueProbes(at now: Moment) -> [Probe] {
        guard hasOpenClaims || openRemoteClaims.load(ordering: .relaxed) > 0 else { return [] }
        defer { fleet?.flush() }
        return state.withLock { state in
            var probes: [Probe] = []
            for event in state.claims.due(at: now) {
                switch event {
                case .probe(let claim): probes.append(Probe(node: claim.node, endpoint: claim.owner))
                case .silent(let claim): settle(claim, at: now, &state)
                }
            }
            state.counters.probes += UInt64(probes.count)
            state.counters.remoteClaimsUndecided += UInt64(state.remoteClaims.expire(at: now))
            publishOpenClaims(state)
            return probes
        }
    }

    func settle(_ claim: Claims.Claim, at now: Moment, _ state: inout State) {
        wasSilent(claim, &state)
        end(claim, .gone)
        guard let claimant = claim.claimant else { return }
        state.counters.claimsWon += 1
        guard let position = table.position(of: claim.node) else {
            let r = Registration(node: claim.node, source: claimant, wantsDestination: claim.wantsDestination)
            _ = insert(r, at: now, &state)
            return
        }
        let entry = table.entry(position)
        move(entry, claim.node, to: claimant, wantsDestination: claim.wantsDestination, at: now, &state)
        verify(claim.node, at: claimant, at: now, &state)
    }

    /// When `dueProbes` next has something to do; nil if no claim is open.
    public var nextDeadline: Moment? {
        guard hasOpenClaims || openRemoteClaims.load(ordering: .relaxed) > 0 else { return nil }
        return state.withLock { state in
            [state.claims.nextDeadline, state.remoteClaims.nextDeadline].compactMap { $0 }.min()
        }
    }
}
