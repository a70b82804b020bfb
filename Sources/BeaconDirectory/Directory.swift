public import BeaconBasics

/// Owner logs: which beacon has which node, by what each beacon says of its own (gossip.md §4.5).
///
/// Every beacon is the only writer of one log, numbers its changes in it, and ships them in batches straight to its
/// peers. Every beacon follows all the others' logs, in order: what it holds of an owner is a function of (owner,
/// session, cursor) alone, so nothing needs a tombstone, and two followers at one cursor can compare eight bytes. What
/// a follower lacks it asks of whoever has it: recent operations by nack, everything else by snapshot.
///
/// After each call: `poll()` until nil, then sleep to `deadline`. No call waits, and none but the caller's clock moves
/// it.
public struct Directory: ~Copyable, Sendable {
    public let table: DirectoryTable
    let me: BeaconID
    let settings: DirectorySettings
    var dice: SeededRandom

    // Our own log.
    var session: SessionID
    var ownSlot: UInt16
    var clock = HybridClock()
    var sequence: UInt64 = 0
    var shipped = ShardDigest()
    var shippedCount = 0
    /// Nodes whose change is not in the log yet.
    var pending: [NodeID: PendingChange] = [:]
    /// Nodes of ours that other beacons have told us of, and whose logs are still on their way.
    var departures: [NodeID: Departure] = [:]
    var tail = LogTail()
    var flushAt = Moment.never
    var flushedAt: Moment?
    var echo = Echo()

    // The others'.
    var roster = Roster()
    var livePeers = 0
    var headTurn = 0
    var fresh = FreshLogs()
    var relayed = LogTail()
    var held: [LogBatch] = []
    /// Beacons whose log has a gap; and when the first of them is due.
    var gaps: [BeaconID] = []
    var gapsDueAt = Moment.never

    var pull = Pull()
    var joining: Pull.Joining
    var repair: Repair?
    var lastTicket: UInt64 = 0
    var round: Round
    /// Dead owners whose entries are still here; and when the first are given up.
    var quarantine: [BeaconID] = []
    var quarantineDueAt = Moment.never

    /// The latest time that we have been told.
    var seenAt: Moment

    var outputs = OutputQueue()
    var tally = DirectoryCounters()
    var saidFullAt: Moment?

    public init(
        me: BeaconID, session: SessionID, table: DirectoryTable, settings: DirectorySettings, seed: UInt64,
        at now: ClusterTime
    ) {
        self.me = me
        self.session = session
        self.table = table
        self.settings = settings
        dice = SeededRandom(seed: seed)
        seenAt = now.moment
        joining = Pull.Joining(until: now.moment + Pull.Joining.length)
        // Not all at one time.
        let spread = settings.scrubInterval.nanoseconds / 2
        round = Round(at: now.moment + Delay(nanoseconds: spread + dice.next() % max(1, spread)))
        guard let slot = table.addOwner(me, session, .none, [.own, .routable]) else {
            fatalError("a table that has room for no owner")
        }
        ownSlot = slot
        echo.begin(at: now.moment)
    }

    // MARK: Time

    /// Timers that are due.
    public mutating func advance(to now: ClusterTime) {
        seenAt = max(seenAt, now.moment)
        if flushAt <= now.moment { flush(at: now) }
        if echo.at <= now.moment { sendEcho(at: now.moment) }
        if gapsDueAt <= now.moment { askForGaps(at: now.moment) }
        if joining.at <= now.moment { join(at: now.moment) }
        if pull.dueAt <= now.moment { advancePull(at: now) }
        if let repair, repair.dueAt <= now.moment { advanceRepair(at: now) }
        if quarantineDueAt <= now.moment { endQuarantines(at: now.moment) }
        if round.at <= now.moment { advanceRound(at: now) }
    }

    /// When `advance` next has something to do.
    public var deadline: Moment {
        min(
            min(flushAt, echo.at, gapsDueAt, joining.at),
            min(pull.dueAt, repair?.dueAt ?? .never, quarantineDueAt, round.at))
    }

    public mutating func poll() -> DirectoryOutput? { outputs.pop() }

    // MARK: Reading

    /// Every log, ours included, by beacon id.
    public var owners: [OwnerStatus] {
        var all: [OwnerStatus] = []
        all.reserveCapacity(roster.count + 1)
        for rank in 0..<roster.count { all.append(status(roster.rows[roster[rank: rank]])) }
        // Of our own log nothing needs to be confirmed: it is as new as any reading of it.
        let own = OwnerStatus(
            owner: me, session: session, head: sequence, cursor: sequence, entries: table.count(ownSlot),
            root: ownRoot, confirmedAt: Moment(nanoseconds: .max), isRoutable: true,
            isSettled: pending.isEmpty)
        all.insert(own, at: roster.rank(me.rawValue))
        return all
    }

    public var counters: DirectoryCounters {
        var counters = tally
        counters.stampsClamped = clock.clamped
        return counters
    }

    private func status(_ row: Follower) -> OwnerStatus {
        OwnerStatus(
            owner: row.beacon, session: row.session, head: max(row.head, row.cursor), cursor: row.cursor,
            entries: count(row), root: root(row), confirmedAt: row.confirmedAt, isRoutable: row.isRoutable,
            isSettled: row.isSettled)
    }

    var ownRoot: UInt64 { shipped.root(count: shippedCount) }
    func count(_ row: Follower) -> Int { row.slot == Follower.noSlot ? 0 : table.count(row.slot) }
    func root(_ row: Follower) -> UInt64 { row.digest.root(count: count(row)) }
}

extension Moment {
    static let never = Moment(nanoseconds: .max)
}

/// What the caller is to be told, in order.
struct OutputQueue {
    private var items: [DirectoryOutput] = []
    private var next = 0

    mutating func push(_ output: DirectoryOutput) { items.append(output) }

    mutating func pop() -> DirectoryOutput? {
        guard next < items.count else {
            items.removeAll(keepingCapacity: next <= 64)
            next = 0
            return nil
        }
        defer { next += 1 }
        return items[next]
    }
}
