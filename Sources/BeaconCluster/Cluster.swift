public import BeaconBasics
public import BeaconCrypto
public import BeaconDirectory
public import BeaconMembership
import BeaconWire

/// The whole control plane of one beacon: bytes and time in, bytes and decisions out. No I/O, no clock, no randomness
/// but its seed. After each call: `poll()` until nil, then sleep to `deadline`.
///
/// It joins what knows nothing of each other: membership (who lives), the directory (who has which node), the seal (who
/// may speak), and what takes two beacons: claims, punches, the rotation of keys.
public struct Cluster: ~Copyable, Sendable {
    let settings: ClusterSettings
    var membership: Membership
    var directory: Directory
    let table: DirectoryTable

    // Who may speak, and how we seal for whom.
    var seal: Seal
    var peers = SealedPeers()
    var links = Links()
    var unknownKeys = UnknownKeys()
    var ringVersion = RingVersion()
    var ringChangedAt: Moment?
    var rotation: Rotation?

    // What takes two beacons.
    var claims: Requests<Claim>
    var claimTickets: [NodeID: UInt32] = [:]
    var probes = Served<ProbeResult>()
    var punches: Requests<Punch>
    var punchTargets = Served<Address?>()
    var punchBucket = TokenBucket()
    var punchBuckets = Buckets()

    // On the way out.
    var outbox = Outbox()
    /// What may be answered to an address that nothing vouches for: as much as the datagram at hand holds.
    var answerRoom = Outbox.maximumBody
    var outputs = Queue<ClusterOutput>()
    var streams = Streams()
    var headsSent: UInt64 = 0
    var tally = ClusterCounters()
    /// The latest time we were told: `poll` has none of its own.
    var now: ClusterTime

    public init(
        _ settings: ClusterSettings, keys: KeyRing, table: DirectoryTable, seed: UInt64, at now: ClusterTime
    ) {
        var dice = SeededRandom(seed: seed)
        let me = settings.me
        let origin = SealOrigin(
            sender: me.beacon, session: me.session, salt: UInt32(truncatingIfNeeded: dice.next()))
        self.settings = settings
        self.table = table
        self.now = now
        seal = Seal(ring: keys, origin: origin, label: settings.label)
        claims = Requests(firstTicket: UInt32(truncatingIfNeeded: dice.next()))
        punches = Requests(firstTicket: UInt32(truncatingIfNeeded: dice.next()))
        membership = Membership(me, settings: settings.membership, seed: dice.next(), at: now.moment)
        directory = Directory(
            me: me.beacon, session: me.session, table: table, settings: settings.directory, seed: dice.next(), at: now)
        pump(now)
    }

    // MARK: The fleet

    /// A control address at which a beacon of this fleet may be (hello, seed, registry).
    public mutating func contact(_ address: Address, at now: ClusterTime) {
        membership.contact(address, at: now.moment)
        pump(now)
    }

    // MARK: The operator

    /// We drain until then at the latest; nil: we take nodes (again).
    public mutating func setDrain(_ drain: DrainDeadline?, at now: ClusterTime) {
        membership.setDrain(drain, at: now.moment)
        pump(now)
    }

    /// Tells everybody; `.left` in the outputs when that is done.
    public mutating func leave(at now: ClusterTime) {
        membership.leave(at: now.moment)
        pump(now)
    }

    /// The operator's word that a dead or left member is gone for good. False if there is none such.
    public mutating func forget(_ beacon: BeaconID, at now: ClusterTime) -> Bool {
        let known = membership.forget(beacon, at: now.moment)
        pump(now)
        return known
    }

    // MARK: Reading

    public var me: Member { membership.me }
    public var members: [MemberStatus] { membership.members }
    public var owners: [OwnerStatus] { directory.owners }
    public var keys: KeyRing { seal.ring }
    /// Which rotation made the ring what it is; zero if none that this process has seen.
    public var keyVersion: RingVersion { ringVersion }

    /// The members' wall clocks against ours, in milliseconds, by beacon id; of those that have told.
    public var clockSkews: [(beacon: BeaconID, milliseconds: Int64)] {
        links.all.compactMap { link in link.skew.map { (link.beacon, $0) } }
    }

    public var counters: ClusterCounters {
        var counters = tally
        counters.membership = membership.counters
        counters.directory = directory.counters
        counters.outboundRefused = outbox.refused
        counters.outboundTooLarge = outbox.tooLarge
        counters.eventsDropped = outputs.dropped
        counters.claimsFull = claims.refused
        counters.probesFull = probes.refused
        counters.punchesRefused += punches.refused + punchTargets.refused
        counters.peersEvicted = peers.evictions
        return counters
    }
}
