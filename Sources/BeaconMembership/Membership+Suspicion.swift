import BeaconBasics

extension Membership {
    /// The row is a suspect's from now on: its time begins.
    mutating func suspect(_ slot: Int, accusers: [BeaconID], _ now: Moment) {
        let spread = min(1_000, UInt64(table.live.count) * 10)
        let jitter = random.delay(upTo: .milliseconds(spread))
        suspicions[slot] = Suspicion(since: now, deadline: now, jitter: jitter, accusers: Self.first(accusers))
        suspicions[slot]!.evidence.accusers = suspicions[slot]!.accusers
        if table.live.count - suspicions.count < timing.confirmations {
            recountConfirmers(now)
        } else {
            setDeadline(slot, now)
        }
    }

    private static func first(_ accusers: [BeaconID]) -> [BeaconID] {
        var kept: [BeaconID] = []
        for accuser in accusers where !kept.contains(accuser) && kept.count < MemberRecord.maximumAccusers {
            kept.append(accuser)
        }
        return kept
    }

    /// More members accuse it: the verdict comes sooner. Whether any of them is new.
    mutating func addAccusers(_ accusers: [BeaconID], to slot: Int, _ now: Moment) -> Bool {
        guard var suspicion = suspicions[slot] else { return false }
        let before = suspicion.accusers.count
        suspicion.accusers = Self.first(suspicion.accusers + accusers)
        guard suspicion.accusers.count > before else { return false }
        suspicion.evidence.accusers = suspicion.accusers
        suspicions[slot] = suspicion
        setDeadline(slot, now)
        tell(slot, .suspicion, .rumour, now)
        return true
    }

    /// Lifeguard's decay: max - (max - min) · log(c + 1) / log(k + 1) for c confirmations of k, from tables in per mille.
    static func suspicionTime(_ timing: MembershipTiming, confirmations: Int, of possible: Int) -> Delay {
        let tables: [[UInt64]] = [[1_000], [0, 1_000], [0, 631, 1_000], [0, 500, 792, 1_000]]
        let table = tables[min(max(possible, 0), 3)]
        let shortest = timing.minimumSuspicion.nanoseconds
        let span = max(timing.maximumSuspicion.nanoseconds, shortest) - shortest
        return Delay(
            nanoseconds: shortest + span / 1_000 * (1_000 - table[min(max(confirmations, 0), table.count - 1)]))
    }

    /// Members that could confirm a suspicion: alive, and not suspects themselves. In a small fleet fewer are waited for.
    private var possibleConfirmers: Int { min(timing.confirmations, max(0, table.live.count - suspicions.count)) }

    private mutating func setDeadline(_ slot: Int, _ now: Moment) {
        guard let suspicion = suspicions[slot] else { return }
        let time = Self.suspicionTime(
            timing, confirmations: suspicion.accusers.count - 1, of: possibleConfirmers)
        let deadline = suspicion.since + time
        guard deadline != suspicion.deadline else { return }
        suspicions[slot]!.deadline = deadline
        setCheck(slot, max(now, checkTime(suspicions[slot]!)))
    }

    mutating func setCheck(_ slot: Int, _ at: Moment) {
        suspicions[slot]!.alarm = at
        timers.set(.suspicion(slot), at: at)
    }

    /// The check ends with the suspicion's time.
    private func checkTime(_ suspicion: Suspicion) -> Moment {
        let early = min(checkLength.nanoseconds, suspicion.deadline.nanoseconds)
        return max(suspicion.since, Moment(nanoseconds: suspicion.deadline.nanoseconds - early)) + suspicion.jitter
    }

    /// With few members left every suspicion's time depends on how many there are.
    mutating func recountConfirmers(_ now: Moment) {
        guard !suspicions.isEmpty, table.live.count - suspicions.count < timing.confirmations else { return }
        for slot in table.live.map({ Int($0) }).sorted() where suspicions[slot] != nil { setDeadline(slot, now) }
    }

    mutating func suspicionDue(_ slot: Int, _ now: Moment) {
        guard let suspicion = suspicions[slot] else { return }
        // What a check takes follows the round trip: it may be shorter by now.
        guard checkTime(suspicion) <= now else { return setCheck(slot, checkTime(suspicion)) }
        let row = table.rows[slot]
        if row.round >= 0, rounds[Int(row.round)].purpose.isCheck { return }
        if !beginCheck(slot, incarnation: row.member.incarnation, teller: nil, now) {
            setCheck(slot, now + .milliseconds(100))
        }
    }

    /// Our own round has failed.
    mutating func accuse(_ round: ProbeRound, _ now: Moment) {
        let slot = round.slot
        var member = table.rows[slot].member
        guard member.session == round.session, member.incarnation == round.incarnation else { return }
        counters.accusations += 1
        switch member.state {
        case .alive:
            member.state = .suspect
            change(slot, to: member, accusers: [me.beacon], lane: .suspicion, .rumour, now)
            noteEvidence(of: round, slot, now)
            askConfirmers(slot, now)
        case .suspect:
            _ = addAccusers([me.beacon], to: slot, now)
            noteEvidence(of: round, slot, now)
            // The first question, and all its rumours, may have fallen into one gap of the network.
            if round.purpose == .probe, isUnconfirmed(slot) { askConfirmers(slot, now) }
        case .dead, .left: break
        }
    }

    private mutating func noteEvidence(of round: ProbeRound, _ slot: Int, _ now: Moment) {
        guard suspicions[slot] != nil else { return }
        suspicions[slot]!.evidence.directAttempts = round.attempts
        suspicions[slot]!.evidence.relaysAsked = round.relays
        suspicions[slot]!.evidence.nacks = round.nacks
        suspicions[slot]!.evidence.streamFailed = round.ticket != 0
        suspicions[slot]!.evidence.roundTrip = table.rows[slot].roundTrip.smoothed
        suspicions[slot]!.evidence.lossPerMille = table.rows[slot].loss.perMille
        evidence.keep(suspicions[slot]!.evidence, of: table.rows[slot].member.beacon, at: now)
    }

    /// Whether more accusers would bring the verdict sooner.
    private func isUnconfirmed(_ slot: Int) -> Bool {
        guard let suspicion = suspicions[slot] else { return false }
        return suspicion.accusers.count <= possibleConfirmers
    }

    private mutating func askConfirmers(_ slot: Int, _ now: Moment) {
        let record = record(slot, now)
        for peer in pick(timing.confirmers, except: slot) {
            counters.confirmationsAsked += 1
            let member = table.rows[peer].member
            send(.confirm(record), to: member.control, member.beacon)
        }
    }

    /// `accuser` wants to know whether its suspect is one to us, too.
    mutating func confirm(_ record: MemberRecord, for accuser: BeaconID, at source: Address, _ now: Moment) {
        let asked = record.member
        guard asked.state == .suspect, asked.beacon != me.beacon else {
            if asked.beacon == me.beacon { hearOfSelf(asked, now) }
            return
        }
        _ = merge(record, from: accuser, .rumour, now)
        guard let slot = table.slot(asked.beacon) else { return }
        let known = table.rows[slot].member
        if known.isLater(than: asked) { return send(.records([self.record(slot, now)]), to: source, accuser) }
        guard known.session == asked.session, known.state.isRoutable else { return }
        _ = beginRound(.confirm(accuser: accuser), slot, now)
    }

    /// One suspect each turn is told that it is one, whatever became of the rumours: its own turn in the round may be far,
    /// and a loss of one question would cost another whole round. Its answer refutes.
    mutating func warnSuspect(_ now: Moment) {
        guard !suspicions.isEmpty, budget.level(at: now) != .nothing else { return }
        guard let slot = suspicions.keys.filter({ $0 > lastWarned }).min() ?? suspicions.keys.min() else { return }
        lastWarned = slot
        let member = table.rows[slot].member
        budget.spend(90)
        let held = HeldState(state: .suspect, session: member.session, incarnation: member.incarnation)
        send(.ping(sequence: 0, target: member.beacon, held: held), to: member.control, member.beacon)
    }

    // MARK: The last chance

    /// How long a check takes.
    var checkLength: Delay {
        max(timing.lastChance, Delay(nanoseconds: pingTimeout(nil).nanoseconds * 3 / 2))
    }

    /// Three pings, and members that are not suspects asked to ping it and to tell what they know. False: no room for it now.
    @discardableResult
    mutating func beginCheck(_ slot: Int, incarnation: UInt32, teller: BeaconID?, _ now: Moment) -> Bool {
        let running = Int(table.rows[slot].round)
        if running >= 0 {
            guard !rounds[running].purpose.isCheck else { return true }
            endRound(running)
        }
        guard rounds.checks < 64, let place = beginRound(.check(teller: teller), slot, now) else {
            counters.roundsRefused += 1
            return false
        }
        counters.checks += 1
        rounds[place].incarnation = incarnation
        rounds[place].end = now + checkLength
        if let suspicion = suspicions[slot] { rounds[place].end = max(rounds[place].end, suspicion.deadline) }
        askRelays(place, timing.lastChancePeers, wait: checkLength, tell: true)
        askByStream(place)
        return true
    }

    /// Nobody has heard of it. A check that no other member answered either says more of us than of the suspect: it is made
    /// again, with others asked.
    mutating func checkFailed(_ place: Int, _ now: Moment) {
        let round = rounds[place]
        let slot = round.slot
        if !round.relays.isEmpty, round.answered == 0, round.repeats < 3 {
            rounds[place].repeats += 1
            rounds[place].attempts = 0
            rounds[place].end = now + checkLength
            askRelays(place, timing.lastChancePeers, wait: checkLength, tell: true)
            return step(place, due: now, now)
        }
        guard case .check(let teller) = round.purpose else { return }
        var member = table.rows[slot].member
        endRound(place)
        guard member.session == round.session, member.incarnation <= round.incarnation, member.state.isRoutable else {
            return
        }
        var evidence = suspicions[slot]?.evidence ?? Evidence()
        if let teller, !evidence.accusers.contains(teller) { evidence.accusers.append(teller) }
        evidence.lastChanceFailed = true
        if evidence.directAttempts == 0 {
            evidence.directAttempts = round.attempts
            (evidence.relaysAsked, evidence.nacks) = (round.relays, round.nacks)
            evidence.streamFailed = round.ticket != 0
        }
        counters.verdicts += 1
        member.state = .dead
        member.incarnation = round.incarnation
        change(slot, to: member, evidence: evidence, lane: .end, .rumour, now)
    }

    /// It lives. If it has not heard yet that it is suspected, the suspicion's time begins anew.
    mutating func checkPassed(_ slot: Int, _ now: Moment) {
        counters.checksPassed += 1
        guard suspicions[slot] != nil else { return }
        suspicions[slot]!.since = now
        setDeadline(slot, now)
    }
}
