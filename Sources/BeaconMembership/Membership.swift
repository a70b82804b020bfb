public import BeaconBasics

/// The failure detector and member table of one beacon: SWIM (Das et al. 2002) with Lifeguard (Dadgar et al. 2018), and a
/// last-chance check before any verdict. Bytes and time in, messages and changes out; no I/O, no clock, no randomness but
/// its seed. After each call: `poll()` until nil, then sleep to `deadline`.
///
/// The order of what can be said of a member: a later session, then a higher incarnation, then
/// alive < suspect < dead < left. Only the member itself raises the first two.
public struct Membership: Sendable {
    public internal(set) var me: Member
    public let settings: MembershipSettings
    public internal(set) var counters = MembershipCounters()

    // Who there is.
    var table = MemberTable()
    var suspicions: [Int: Suspicion] = [:]
    /// The slot of the suspect that was told of it last.
    var lastWarned = -1
    var evidence = EvidenceStore()

    // Probing.
    var rounds = RoundPool()
    var order: [Int32] = []
    var orderPosition = 0
    /// Every other turn is the ring successor's.
    var isRingTurn = false
    /// Lifeguard's local health: 0 = fine … 7.
    var health = 0
    var roundTrip = RoundTrip()
    var loss = LossMeter()
    public internal(set) var isLossy = false

    // Telling.
    var rumours = RumourQueue()
    var budget: ByteBudget
    var serving: ServingBudget
    /// Where the last gossip tick sent, and when: what it told need not ride along once more.
    var gossiped: [BeaconID] = []
    var gossipedAt = Moment(nanoseconds: 0)
    /// Where the gossip is in `order`.
    var listener = 0

    // Comparing tables.
    var syncInterval: Delay
    var syncedAt = Moment(nanoseconds: 0)
    var exchanges: [UInt64: ExchangePurpose] = [:]
    /// Probes among them, those of rounds that are over too: their streams are still open.
    var streamProbes = 0
    var lastTicket: UInt64 = 0

    // Joining and coming back.
    var contacts: [Contact] = []
    var contactsByAddress: [Address: Int] = [:]
    var nextAsk: Moment
    var deadCursor = 0

    // Ourselves.
    var leaving: Leaving?
    var hasLeft = false
    var identity: IdentityContest
    var random: SeededRandom

    // Time.
    var timers = TimerHeap()
    var nextProbe: Moment?
    var nextGossip: Moment?
    var nextSync: Moment?
    var nextRetry: Moment?
    var nextLeave: Moment?
    var nextIdentity: Moment?

    private var outputs: [MembershipOutput] = []
    private var polled = 0

    /// `me.session` is this process's own; it may have to be raised.
    public init(_ me: Member, settings: MembershipSettings, seed: UInt64, at now: Moment) {
        self.me = me
        self.me.state = .alive
        self.settings = settings
        random = SeededRandom(seed: seed ^ mixed(UInt64(me.beacon.rawValue)))
        budget = ByteBudget(soft: settings.softBytesPerSecond, hard: settings.hardBytesPerSecond, at: now)
        serving = ServingBudget(bytesPerSecond: settings.tableBytesPerSecond, at: now)
        syncInterval = Self.shortestSyncInterval
        nextAsk = now
        identity = IdentityContest(birth: me.session)
        scheduleProbe(within: settings.timing.probePeriod, now)
        scheduleSync(within: syncInterval, now)
    }

    /// What holds now: the preset, or the one for lossy networks.
    var timing: MembershipTiming { isLossy ? settings.lossyTiming : settings.timing }

    // MARK: Outputs

    public mutating func poll() -> MembershipOutput? {
        guard polled < outputs.count else {
            outputs.removeAll(keepingCapacity: true)
            polled = 0
            return nil
        }
        polled += 1
        return outputs[polled - 1]
    }

    mutating func put(_ output: MembershipOutput) { outputs.append(output) }

    mutating func send(_ message: MembershipMessage, to address: Address, _ beacon: BeaconID?) {
        outputs.append(.send(message, to: address, beacon: beacon))
    }

    /// When `advance` next has something to do.
    public var deadline: Moment { timers.first ?? Moment(nanoseconds: .max) }

    /// Timers that are due.
    public mutating func advance(to now: Moment) {
        while let (alarm, at) = timers.next(by: now) {
            guard !hasLeft else { continue }
            if identity.isSilent, alarm != .identity {
                postpone(alarm, now)
                continue
            }
            ring(alarm, at, now)
        }
    }

    /// Until the id is ours again. What there is one of is set anew then.
    private mutating func postpone(_ alarm: Alarm, _ now: Moment) {
        switch alarm {
        case .suspicion(let slot): if suspicions[slot] != nil { setCheck(slot, now + .seconds(5)) }
        case .purge, .contact: timers.set(alarm, at: now + .seconds(5))
        case .probe, .gossip, .sync, .retry, .leave, .identity, .round: break
        }
    }

    private mutating func ring(_ alarm: Alarm, _ at: Moment, _ now: Moment) {
        switch alarm {
        case .probe: if nextProbe == at { probeTurn(now) }
        case .gossip: if nextGossip == at { gossip(now) }
        case .sync: if nextSync == at { beginSync(now) }
        case .retry: if nextRetry == at { retryDead(now) }
        case .leave: if nextLeave == at { goOnLeaving(now) }
        case .identity: if nextIdentity == at { goOnWithIdentity(now) }
        case .round(let place, let generation):
            if rounds.isCurrent(place, generation: generation) { step(place, due: at, now) }
        case .suspicion(let slot): if suspicions[slot]?.alarm == at { suspicionDue(slot, now) }
        case .purge(let slot): purge(slot, now)
        case .contact(let number): ask(number, now)
        }
    }

    // MARK: Reading

    /// Everybody known but ourselves, by beacon id.
    public var members: [MemberStatus] {
        table.slots.filter { !table.rows[$0].isForgotten }.map { status(table.rows[$0]) }
    }

    public func member(_ beacon: BeaconID) -> Member? {
        guard let slot = table.slot(beacon), !table.rows[slot].isForgotten else { return nil }
        return table.rows[slot].member
    }

    public func status(_ beacon: BeaconID) -> MemberStatus? {
        guard let slot = table.slot(beacon), !table.rows[slot].isForgotten else { return nil }
        return status(table.rows[slot])
    }

    private func status(_ row: MemberRow) -> MemberStatus {
        let kept = evidence[row.member.beacon]
        return MemberStatus(
            member: row.member, since: row.since, roundTrip: row.roundTrip.smoothed,
            lossPerMille: row.loss.perMille, health: Int(row.health), evidence: kept?.evidence, evidenceAt: kept?.at)
    }

    /// Members alive or suspect, ourselves not among them.
    public var liveCount: Int { table.live.count }
    /// Lifeguard's local health: 0 = fine … 7. All our timeouts grow with it.
    public var localHealth: Int { health }
    /// One way, of our own pings to members that live.
    public var lossPerMille: Int { loss.perMille }
    /// Members that there is still something to tell of.
    public var rumoursWaiting: Int { rumours.count }
    /// Two beacons agree on everybody's session, incarnation and state when theirs are equal.
    public var tableHash: UInt64 { table.hash ^ me.tableHash }
}
