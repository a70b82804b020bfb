public import BeaconBasics
import BeaconWire

/// The decisions of one data-plane shard: bytes, their sender and a time in; a `Verdict` out. It owns the budgets of
/// the sources that the kernel steers to it, and reads the tables that all shards share. No system call, no clock, no
/// allocation; a lock only where a message asks for something rare (a new registration, a punch, a proof).
public struct RelayShard: ~Copyable {
    let registry: Registry
    let nodes: NodeTable
    let routes: LegacyRoutes
    let live: LiveSettings
    let own: OwnAddress
    let mesh: MeshAccess?
    var budgets: KeyedBudgets

    // Settled once a batch.
    var relayRate = Rate.unlimited
    var unprovenRate: UInt32 = 0
    var unixSeconds: Int64 = 0
    var keys = MeshKeyCopy()

    // The last look-up of this batch: frames come in bursts.
    var lastDestination: NodeID?
    var lastRoute: (entry: NodeEntry, route: NodeRoute)?

    var talkers: Talkers

    /// Kept while nodes are expected to move.
    var recent = RecentFrames()
    /// Moves that have been looked into.
    var movesSeen: UInt64 = 0

    /// Sources with a budget of their own at a time; 16 bytes each.
    public static let budgetCapacity = 65_536

    public init(registry: Registry, routes: LegacyRoutes, live: LiveSettings, own: OwnAddress) {
        self.registry = registry
        nodes = registry.table
        self.routes = routes
        self.live = live
        self.own = own
        mesh = registry.fleet.map { MeshAccess($0) }
        budgets = KeyedBudgets(capacity: Self.budgetCapacity)
        talkers = Talkers(hash: registry.hash)
    }

    /// To be called before each batch: takes the live settings, and forgets what was only true of the last batch.
    /// `unixSeconds` is the wall clock that punch grants expire by.
    public mutating func beginBatch(unixSeconds: Int64, at now: Moment) {
        let rate = live.relayRate
        relayRate = rate == 0 ? .unlimited : Rate(perSecond: rate)
        unprovenRate = live.unprovenRate
        self.unixSeconds = unixSeconds
        registry.fleet?.keys.refresh(&keys)
        forgetLookUp()
        talkers.beginBatch(at: now)
        if registry.expectsMoves(at: now) != recent.isOn { keepFrames(!recent.isOn) }
    }

    /// Decides about one datagram. A relayed one is rewritten in place (`RelayFrame`). `reply` has room for
    /// `maximumReply` bytes.
    public mutating func handle(
        _ datagram: inout MutableRawSpan, from sender: Endpoint, at now: Moment, reply: inout MutableRawSpan
    ) -> Verdict {
        guard datagram.byteCount > 0 else { return .drop(.empty) }
        switch datagram.bytes.uint8(at: 0) {
        case MessageType.relay:
            return relay(&datagram, from: sender, at: now, reply: &reply)
        case MessageType.mesh:
            return mesh(&datagram, from: sender, at: now)
        case MessageType.discover, MessageType.discoverEx:
            return discover(datagram.bytes, from: sender, at: now, reply: &reply)
        case MessageType.punchRequest:
            return punch(datagram.bytes, from: sender, at: now)
        case MessageType.stun:
            return stun(datagram.bytes, from: sender, reply: &reply)
        case MessageType.sync:
            return .sync
        case MessageType.hello:
            return hello(datagram.bytes, from: sender)
        case MessageType.magic where ProofOfLife.matches(datagram.bytes):
            return registry.proof(from: sender.address, at: now) ? .accept(.proof) : .drop(.unsolicitedProof)
        default:
            return .drop(.unknownType)
        }
    }

    /// The node table has changed under the last look-up.
    mutating func forgetLookUp() {
        lastDestination = nil
        lastRoute = nil
    }

    public static let maximumReply = max(STUN.maximumReplyLength, ObservedAddress.maximumLength)

    /// Why a message from this source cannot be answered, or nil.
    func fault(of sender: Endpoint) -> Outcome? {
        if !sender.address.isReplyable { return .badSource }
        return own.isOwn(sender) ? .ownSource : nil
    }
}

/// The beacon's own addresses on the data port, to know an echo of itself by.
public struct OwnAddress: Sendable {
    private let bound: Address
    private let locals: LocalAddresses

    public init(bound: Address, locals: LocalAddresses) {
        self.bound = bound
        self.locals = locals
    }

    /// Whether the sender is this beacon: its port, and the address the datagram was sent to or one we are bound to.
    func isOwn(_ sender: Endpoint) -> Bool {
        guard sender.address.port == bound.port else { return false }
        if sender.address.isSameHost(bound) { return true }
        return sender.local != 0 && locals[sender.local].isSameHost(sender.address)
    }

    /// The same for a source whose datagram is no longer at hand.
    public func isOwn(_ source: Address) -> Bool {
        source.port == bound.port && (source.isSameHost(bound) || locals.contains(source.host))
    }
}
