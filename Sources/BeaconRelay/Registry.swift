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
    /// Claims that wait for the fleet.
    let openRemoteClaims = Atomic<Int>(0)
    let drainWord = Atomic<UInt8>(DrainPhase.serving.rawValue)
    /// Until when nodes are expected to move because the fleet has changed, in nanoseconds of `Moment`.
    let unrestEnd = Atomic<UInt64>(0)
    /// Nodes that have gone to other beacons, ever: a change says to shards that there is something to follow.
    let moveCount = Atomic<UInt64>(0)
    let fleet: FleetLink?
    let live: LiveSettings
    let hash: KeyedHash
    /// Called when a claim begins: somebody must come and ask `dueProbes`.
    let wake: @Sendable () -> Void

    struct State: ~Copyable {
        var claims = Claims()
        var remoteClaims = RemoteClaims()
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
        /// Nodes that did not answer when another beacon had them asked, and when that began.
        var silent: [NodeID: Moment] = [:]
        var news = NewsBuffer()
        /// Until then the fleet is not told of restored nodes.
        var restoredUntil = Moment(nanoseconds: 0)
    }

    /// Without a `fleet` every id that is not registered here is free.
    public init(
        settings: RegistrySettings, live: LiveSettings, hash: KeyedHash, fleet: FleetLink? = nil,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.wake = wake
        self.fleet = fleet
        self.settings = settings
        self.live = live
        self.hash = hash
        memory = NodeTableMemory(capacity: settings.maximumNodes, keys: settings.requiresGrants)
        table = NodeTable(memory: memory, hash: hash)
        state = Guarded(State())
    }

    /// Tells shards and housekeeper how many claims are open.
    func publishOpenClaims(_ state: borrowing State) {
        openClaims.store(state.claims.open.count, ordering: .relaxed)
        openRemoteClaims.store(state.remoteClaims.open.count, ordering: .relaxed)
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
        /// A new id, and this beacon takes none: it drains.
        case draining
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
            let before = state.claims.begun &+ state.remoteClaims.begun
            let result = decide(registration, at: now, &state)
            // The reference beacon takes a key before it looks at any limit (protocol.md §1.2 step 4).
            if let key, result == .registered || settings.policy == .reference { store(key, of: registration.node) }
            publishOpenClaims(state)
            return (result, state.claims.begun &+ state.remoteClaims.begun != before)
        }
        if hasNewClaim { wake() }
        fleet?.flush()
        return result
    }

    private func decide(_ r: Registration, at now: Moment, _ state: inout State) -> Result {
        guard let position = table.position(of: r.node), let held = table.entry(position).read(r.node)?.endpoint else {
            return admit(r, at: now, &state)
        }
        let entry = table.entry(position)
        if entry.flags.contains(.moved) {
            // It has come back before its new beacon's log said anything.
            drop(r.node, entry, position, &state)
            return admit(r, at: now, &state)
        }
        if settings.policy == .reference { return decideByReference(r, entry, held, at: now, &state) }
        if held.address == r.source.address {
            refresh(r, entry, at: now, &state)
            return .registered
        }
        if isExpired(entry, at: now), isElsewhere(r.node) {
            forget(entry, position, &state)
            return admit(r, at: now, &state)
        }
        // Every starting daemon claims id 0; it means nobody in particular.
        if r.node == .unassigned || isExpired(entry, at: now) {
            end(state.claims.remove(r.node), .gone)
            move(entry, r.node, to: r.source, wantsDestination: r.wantsDestination, at: now, &state)
            verify(r.node, at: r.source, at: now, &state)
            return .registered
        }
        claim(r, held, at: now, &state)
        return .pending
    }

    public var counters: RegistryCounters {
        state.withLock { state in
            var counters = state.counters
            counters.claimsOpen = state.claims.open.count
            counters.remoteClaimsOpen = state.remoteClaims.open.count
            return counters
        }
    }

    /// Keyed hash for the budgets of punch and relay.
    func budgetKey(_ address: Address) -> UInt64 { hash(address) }
}
