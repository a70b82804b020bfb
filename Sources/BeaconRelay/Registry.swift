public import BeaconBasics
import BeaconWire
import Synchronization

/// The registration policy and all that is slow or rare on the data plane: new ids, moves, claims, punch budgets, and
/// forgetting. One lock; relaying, and a Discover from where the node already is, never take it.
public final class Registry: @unchecked Sendable {
    let table: NodeTable
    let settings: RegistrySettings
    private let memory: NodeTableMemory
    let state: Guarded<State>
    /// Read by shards before they bother with the lock: is anybody being asked for proof?
    let openClaims = Atomic<Int>(0)
    let live: LiveSettings
    private let hash: KeyedHash
    /// Called when a claim begins: somebody must come and ask `dueProbes`.
    private let wake: @Sendable () -> Void

    struct State: ~Copyable {
        var claims = Claims()
        var counters = RegistryCounters()
        /// Entries ever used: everything behind is untouched.
        var highWater = 0
        var firstFree: Int?
        var sweepPosition = 0
        var punchSources = KeyedBudgets(capacity: 65_536)
        var punchPrefixes = KeyedBudgets(capacity: 16_384)
        var claimNodes = KeyedBudgets(capacity: 16_384)
        var claimPrefixes = KeyedBudgets(capacity: 16_384)
        var claimTotal = TokenBucket()
    }

    public init(
        settings: RegistrySettings, live: LiveSettings, hash: KeyedHash, wake: @escaping @Sendable () -> Void = {}
    ) {
        self.wake = wake
        self.settings = settings
        self.live = live
        self.hash = hash
        memory = NodeTableMemory(capacity: settings.maximumNodes, keys: settings.requiresGrants)
        table = NodeTable(memory: memory, hash: hash)
        state = Guarded(State())
    }

    /// Whether anybody is being asked for proof of life right now.
    var hasOpenClaims: Bool { openClaims.load(ordering: .relaxed) > 0 }

    /// How a registration ended.
    public enum Result: Equatable, Sendable {
        /// The id is at the source: new, moved, or as before.
        case registered
        /// Somebody else holds the id and is being asked; or the reference policy's 30 s are not over.
        case pending
        /// No room for a new id.
        case full
    }

    /// What a message says about its sender's registration.
    public struct Registration: Sendable {
        public var node: NodeID
        public var source: Endpoint
        /// False for a PunchRequest.
        public var isDiscover: Bool
        public var wantsDestination: Bool

        public init(node: NodeID, source: Endpoint, isDiscover: Bool = true, wantsDestination: Bool = false) {
            self.node = node
            self.source = source
            self.isDiscover = isDiscover
            self.wantsDestination = wantsDestination
        }
    }

    /// Registers `node` at the message's source as far as the policy allows. `key` is the datagram's key field, if any.
    public func register(_ registration: Registration, key: RawSpan?, at now: Moment) -> Result {
        let (result, hasNewClaim) = state.withLock { state in
            let before = state.claims.begun
            let result = decide(registration, at: now, &state)
            // The reference beacon takes a key before it looks at any limit (protocol.md §1.2 step 4).
            if let key, result == .registered || settings.policy == .reference { store(key, of: registration.node) }
            openClaims.store(state.claims.open.count, ordering: .relaxed)
            return (result, state.claims.begun != before)
        }
        if hasNewClaim { wake() }
        return result
    }

    private func decide(_ r: Registration, at now: Moment, _ state: inout State) -> Result {
        guard let position = table.position(of: r.node) else { return insert(r, at: now, &state) }
        let entry = table.entry(position)
        guard let held = entry.read(r.node)?.endpoint else { return insert(r, at: now, &state) }
        if settings.policy == .reference { return decideByReference(r, entry, held, at: now, &state) }
        if held.address == r.source.address {
            refresh(r, entry, at: now, &state)
            return .registered
        }
        // Every starting daemon claims id 0; it means nobody in particular.
        if r.node == .unassigned || isExpired(entry, at: now) {
            state.claims.remove(r.node)
            move(entry, r.node, to: r.source, wantsDestination: r.wantsDestination, at: now, &state)
            verify(r.node, at: r.source, at: now, &state)
            return .registered
        }
        claim(r, held, at: now, &state)
        return .pending
    }

    // MARK: Claims

    private func claim(_ r: Registration, _ held: Endpoint, at now: Moment, _ state: inout State) {
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
    private func admitClaim(_ node: NodeID, from source: Address, at now: Moment, _ state: inout State) -> Bool {
        !state.claims.isFull
            && state.claimPrefixes.take(hash(source.prefix), settings.claimPrefixRate, at: now)
            && state.claimNodes.take(hash(UInt64(node.rawValue)), settings.claimNodeRate, at: now)
            && state.claimTotal.take(settings.claimRate, at: now)
    }

    /// Asks an endpoint that has never proven itself, where the operator wants to know (`--unproven-rate`).
    private func verify(_ node: NodeID, at endpoint: Endpoint, at now: Moment, _ state: inout State) {
        guard live.unprovenRate > 0, state.claims.claim(on: node) == nil,
            admitClaim(node, from: endpoint.address, at: now, &state)
        else { return }
        state.claims.begin(.init(node: node, owner: endpoint, claimant: nil, wantsDestination: false, begun: now))
    }

    /// `PILP` came from `source`: whoever was asked there lives. False if nobody was.
    public func proof(from source: Address, at now: Moment) -> Bool {
        guard openClaims.load(ordering: .relaxed) > 0 else { return false }
        return state.withLock { state in
            let proven = state.claims.answered(by: source, at: now)
            for claim in proven {
                if claim.claimant != nil { state.counters.claimsContested += 1 }
                markProven(claim.node, at: source)
            }
            openClaims.store(state.claims.open.count, ordering: .relaxed)
            return !proven.isEmpty
        }
    }

    private func markProven(_ node: NodeID, at source: Address) {
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
        guard openClaims.load(ordering: .relaxed) > 0 else { return [] }
        return state.withLock { state in
            var probes: [Probe] = []
            for event in state.claims.due(at: now) {
                switch event {
                case .probe(let claim): probes.append(Probe(node: claim.node, endpoint: claim.owner))
                case .silent(let claim): settle(claim, at: now, &state)
                }
            }
            state.counters.probes += UInt64(probes.count)
            openClaims.store(state.claims.open.count, ordering: .relaxed)
            return probes
        }
    }

    private func settle(_ claim: Claims.Claim, at now: Moment, _ state: inout State) {
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
        openClaims.load(ordering: .relaxed) == 0 ? nil : state.withLock { $0.claims.nextDeadline }
    }

    // MARK: The reference policy

    static let referenceInterval = Delay.seconds(30)

    private func decideByReference(
        _ r: Registration, _ entry: NodeEntry, _ held: Endpoint, at now: Moment, _ state: inout State
    ) -> Result {
        // 08 is remembered before any limit is looked at (protocol.md §1.2 step 3).
        var flags = entry.flags
        if r.wantsDestination { flags.insert(.wantsDestination) }
        let interval = UInt32(Self.referenceInterval.nanoseconds / 1_000_000)
        let limited = r.isDiscover && entry.lastDiscover != 0 && now.milliseconds32 &- entry.lastDiscover < interval
        if limited {
            state.counters.limitedDiscovers += 1
            if flags != entry.flags { entry.write(r.node, held, flags: flags) }
            return .pending
        }
        if held.address != r.source.address { state.counters.moved += 1 }
        count(held.address, -1, &state)
        count(r.source.address, 1, &state)
        entry.write(r.node, r.source, flags: flags)
        entry.lastSeen = now.milliseconds32
        if r.isDiscover { entry.lastDiscover = max(1, now.milliseconds32) }
        return .registered
    }

    // MARK: Entries

    private func refresh(_ r: Registration, _ entry: NodeEntry, at now: Moment, _ state: inout State) {
        entry.lastSeen = now.milliseconds32
        var flags = entry.flags
        if r.wantsDestination { flags.insert(.wantsDestination) }
        if flags != entry.flags || entry.read(r.node)?.endpoint.local != r.source.local {
            entry.write(r.node, r.source, flags: flags)
        }
        // The owner itself has spoken, for this id. Its other ids are asked for on: a Discover proves nothing of them.
        if let claim = state.claims.claim(on: r.node), claim.claimant != nil, claim.owner.address == r.source.address {
            state.claims.dismiss(r.node, at: now)
            state.counters.claimsContested += 1
        }
        if !flags.contains(.proven) { verify(r.node, at: r.source, at: now, &state) }
    }

    private func insert(_ r: Registration, at now: Moment, _ state: inout State) -> Result {
        guard let position = allocate(&state) else {
            state.counters.refusedFull += 1
            return .full
        }
        let entry = table.entry(position)
        entry.write(r.node, r.source, flags: r.wantsDestination ? [.used, .wantsDestination] : .used)
        entry.lastSeen = now.milliseconds32
        entry.lastDiscover = r.isDiscover ? max(1, now.milliseconds32) : 0
        entry.lastNotify = 0
        guard table.publish(r.node, position: position) else {
            release(position, &state)
            state.counters.refusedFull += 1
            return .full
        }
        state.counters.registered += 1
        count(r.source.address, 1, &state)
        verify(r.node, at: r.source, at: now, &state)
        return .registered
    }

    private func move(
        _ entry: NodeEntry, _ node: NodeID, to endpoint: Endpoint, wantsDestination: Bool, at now: Moment,
        _ state: inout State
    ) {
        if let old = entry.read(node)?.endpoint.address { count(old, -1, &state) }
        count(endpoint.address, 1, &state)
        state.counters.moved += 1
        var flags = entry.flags.subtracting([.proven, .wantsDestination])
        if wantsDestination { flags.insert(.wantsDestination) }
        entry.write(node, endpoint, flags: flags)
        entry.lastSeen = now.milliseconds32
    }

    /// First key wins, from the endpoint that holds the id (protocol.md §1.2 step 4).
    private func store(_ key: RawSpan, of node: NodeID) {
        guard settings.requiresGrants, let position = table.position(of: node) else { return }
        let entry = table.entry(position)
        guard let route = entry.read(node), !route.flags.contains(.hasKey) else { return }
        table.setKey(key, at: position)
        entry.write(node, route.endpoint, flags: route.flags.union(.hasKey))
    }

    private func allocate(_ state: inout State) -> Int? {
        if let free = state.firstFree {
            let next = table.entry(free).nextFree
            state.firstFree = next == 0 ? nil : next - 1
            return free
        }
        guard state.highWater < table.capacity else { return nil }
        state.highWater += 1
        return state.highWater - 1
    }

    private func release(_ position: Int, _ state: inout State) {
        let entry = table.entry(position)
        entry.write(NodeID(0), Endpoint(address: .none), flags: [])
        entry.nextFree = state.firstFree.map { $0 + 1 } ?? 0
        state.firstFree = position
    }

    private func count(_ address: Address, _ change: Int, _ state: inout State) {
        if address.isIPv4 { state.counters.ipv4 += change } else { state.counters.ipv6 += change }
    }

    // MARK: Forgetting

    func isExpired(_ entry: NodeEntry, at now: Moment) -> Bool {
        age(entry, at: now) > Int32(settings.timeToLive.nanoseconds / 1_000_000)
    }

    /// Milliseconds since the entry was last refreshed; a refresh from "the future" (another shard's clock read) is 0.
    func age(_ entry: NodeEntry, at now: Moment) -> Int32 {
        max(0, Int32(bitPattern: now.milliseconds32 &- entry.lastSeen))
    }

    /// Looks at up to `limit` entries, going round, and forgets those whose time is over. Bounded, so that the lock is
    /// never held for long.
    public func sweep(limit: Int, at now: Moment) {
        state.withLock { state in
            for _ in 0..<min(limit, state.highWater) {
                if state.sweepPosition >= state.highWater { state.sweepPosition = 0 }
                let position = state.sweepPosition
                state.sweepPosition += 1
                let entry = table.entry(position)
                guard entry.flags.contains(.used), isExpired(entry, at: now) else { continue }
                forget(entry, position, &state)
            }
            openClaims.store(state.claims.open.count, ordering: .relaxed)
        }
    }

    private func forget(_ entry: NodeEntry, _ position: Int, _ state: inout State) {
        let node = entry.id
        if let endpoint = entry.read(node)?.endpoint { count(endpoint.address, -1, &state) }
        state.claims.remove(node)
        table.withdraw(node, position: position)
        release(position, &state)
        state.counters.expired += 1
    }

    // MARK: Reading

    public var counters: RegistryCounters {
        state.withLock { state in
            var counters = state.counters
            counters.claimsOpen = state.claims.open.count
            return counters
        }
    }

    /// Keyed hash for the budgets of punch and relay.
    func budgetKey(_ address: Address) -> UInt64 { hash(address) }
}
