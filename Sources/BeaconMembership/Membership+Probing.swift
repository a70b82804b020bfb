import BeaconBasics
import BeaconWire

extension Membership {
    mutating func scheduleProbe(within delay: Delay, _ now: Moment) {
        let next = now + random.delay(upTo: delay)
        nextProbe = next
        timers.set(.probe, at: next)
    }

    mutating func probeTurn(_ now: Moment) {
        let period = Delay(nanoseconds: timing.probePeriod.nanoseconds * UInt64(health + 1))
        nextProbe = now + period
        timers.set(.probe, at: now + period)
        warnSuspect(now)
        guard let slot = nextTarget() else { return }
        if beginRound(.probe, slot, now) != nil { counters.probes += 1 }
    }

    /// Every other turn is the ring successor's: each member is then probed by its predecessor in every second period, and
    /// nobody waits for chance to come round. The turns between go through everybody in shuffled order (SWIM §4.3), so that no
    /// pair of members decides alone.
    private mutating func nextTarget() -> Int? {
        isRingTurn.toggle()
        if isRingTurn, let slot = table.successor(of: me.beacon, where: { $0.member.state == .alive }) {
            if table.rows[slot].round < 0 { return slot }
        }
        for _ in 0...order.count where !order.isEmpty {
            if orderPosition >= order.count { shuffleOrder() }
            guard !order.isEmpty else { return nil }
            let slot = Int(order[orderPosition])
            guard table.rows[slot].place >= 0, table.rows[slot].member.state.isRoutable, table.rows[slot].isUsed else {
                order.remove(at: orderPosition)
                table.rows[slot].isInOrder = false
                continue
            }
            orderPosition += 1
            if table.rows[slot].round < 0 { return slot }
        }
        return nil
    }

    private mutating func shuffleOrder() {
        orderPosition = 0
        order.shuffle(using: &random)
    }

    /// A newcomer's turn is at a random place.
    mutating func enterOrder(_ slot: Int) {
        guard !table.rows[slot].isInOrder else { return }
        table.rows[slot].isInOrder = true
        order.insert(Int32(slot), at: random.below(order.count + 1))
    }

    /// Three times the round trip's 95th percentile (the member's own, or the one over all), longer while we are not well
    /// ourselves.
    func pingTimeout(_ slot: Int?) -> Delay {
        let own = slot.map { table.rows[$0].roundTrip } ?? RoundTrip()
        let measured = own.isMeasured && own.high > roundTrip.high ? own : roundTrip
        let estimate = measured.isMeasured ? Delay(nanoseconds: measured.high.nanoseconds * 3) : .milliseconds(300)
        return min(max(estimate, timing.minimumTimeout), timing.maximumTimeout)
    }

    /// nil if the member is being probed already, or too many rounds run.
    mutating func beginRound(_ purpose: ProbeRound.Purpose, _ slot: Int, _ now: Moment) -> Int? {
        guard table.rows[slot].round < 0 else { return nil }
        let member = table.rows[slot].member
        let base = pingTimeout(slot)
        let scaled = Delay(nanoseconds: base.nanoseconds * UInt64(purpose.isCheck ? 1 : health + 1))
        let round = ProbeRound(
            purpose: purpose, generation: 0, slot: slot, target: member.beacon, address: member.control,
            session: member.session, incarnation: member.incarnation, timeout: scaled)
        guard let place = rounds.add(round) else {
            counters.roundsRefused += 1
            return nil
        }
        table.rows[slot].round = Int32(place)
        setStep(place, now)
        return place
    }

    mutating func endRound(_ place: Int) {
        let round = rounds[place]
        if round.slot >= 0, table.rows[round.slot].round == Int32(place) { table.rows[round.slot].round = -1 }
        rounds.remove(place)
    }

    mutating func setStep(_ place: Int, _ at: Moment) {
        timers.set(.round(place, generation: rounds[place].generation), at: at)
    }

    /// The next ping of a round, or its end.
    mutating func step(_ place: Int, due: Moment, _ now: Moment) {
        if !rounds[place].wasExtended, now.since(due) > .milliseconds(200) {
            rounds[place].wasExtended = true
            if case .probe = rounds[place].purpose { noteHealth(1) }
            if wait(place, after: now.since(due), now) { return }
        }
        switch rounds[place].purpose {
        case .probe, .confirm: stepProbe(place, now)
        case .check: stepCheck(place, now)
        case .relay: stepRelay(place, now)
        }
    }

    /// We were not awake: what has come in meanwhile is looked at first. A round that had not even begun has its whole time
    /// yet, and begins now (false).
    private mutating func wait(_ place: Int, after lateness: Delay, _ now: Moment) -> Bool {
        let round = rounds[place]
        let isOpen = round.end == Moment(nanoseconds: .max)
        if round.attempts == 0 {
            if !isOpen { rounds[place].end = round.end + lateness }
            return false
        }
        if !isOpen { rounds[place].end = now + round.timeout }
        setStep(place, now + round.timeout)
        return true
    }

    /// Pings a little more than one round trip (its 95th percentile) apart; relays and stream with the last that
    /// the preset has; more pings while those are at it; the end one and a half timeouts after, and no sooner than a pause of
    /// the other's scheduler may take.
    private mutating func stepProbe(_ place: Int, _ now: Moment) {
        if now >= rounds[place].end { return fail(place, now) }
        let wanted = min(Self.mostPings, max(1, timing.directAttempts))
        guard rounds[place].attempts < Self.mostPings else { return setStep(place, rounds[place].end) }
        let timeout = rounds[place].timeout
        ping(place, now)
        // More than wanted: the network has become a better one in the middle of the round.
        if rounds[place].attempts >= wanted, rounds[place].end == Moment(nanoseconds: .max) {
            let wait = max(Delay(nanoseconds: timeout.nanoseconds * 3 / 2), .milliseconds(240))
            rounds[place].end = now + wait
            askRelays(place, timing.relays, wait: wait, tell: false)
            askByStream(place)
        } else if rounds[place].attempts == wanted + 2 {
            askRelaysAgain(place, now)
        }
        let spacing = Delay(nanoseconds: timeout.nanoseconds * 2 / 5)
        setStep(place, min(now + spacing, rounds[place].end))
    }

    /// Attempt numbers have three bits, and the last is the relays'.
    private static var mostPings: Int { 7 }

    private mutating func stepCheck(_ place: Int, _ now: Moment) {
        if now >= rounds[place].end { return checkFailed(place, now) }
        guard rounds[place].attempts < 3 else { return setStep(place, rounds[place].end) }
        ping(place, now)
        let spacing = Delay(nanoseconds: checkLength.nanoseconds / 4)
        setStep(place, rounds[place].attempts < 3 ? min(now + spacing, rounds[place].end) : rounds[place].end)
    }

    /// A member that we hold for anything but alive is the first to hear of it (Lifeguard's buddy rule).
    mutating func ping(_ place: Int, _ now: Moment) {
        let attempt = rounds[place].attempts
        rounds[place].sent[min(attempt, 7)] = now
        rounds[place].attempts += 1
        send(
            .ping(
                sequence: rounds.sequence(place, attempt: attempt), target: rounds[place].target,
                held: heldState(rounds[place])),
            to: rounds[place].address, rounds[place].target)
    }

    private func heldState(_ round: ProbeRound) -> HeldState? {
        guard let slot = round.slot >= 0 ? round.slot : table.slot(round.target) else { return nil }
        let member = table.rows[slot].member
        if case .check = round.purpose, member.session == round.session, member.incarnation <= round.incarnation {
            // Others may hold it for dead already: whatever our row says, it has something to refute.
            return HeldState(state: .suspect, session: round.session, incarnation: round.incarnation)
        }
        guard member.state != .alive else { return nil }
        return HeldState(state: member.state, session: member.session, incarnation: member.incarnation)
    }

    /// Probes by stream that run at once at most. Half a fleet may be gone: its silence must leave room for the tables and
    /// snapshots of the other half. A round does without then; its relays are many.
    static var maximumStreamProbes: Int { 48 }

    mutating func askByStream(_ place: Int) {
        let round = rounds[place]
        guard streamProbes < Self.maximumStreamProbes else { return counters.roundsRefused += 1 }
        guard let ticket = newTicket(.probe(place, generation: round.generation)) else { return }
        rounds[place].ticket = ticket
        streamProbes += 1
        let request = ExchangeRequest.probe(round.target, heldState(round))
        put(.exchange(ticket: ticket, to: round.address, request: request.bytes))
    }

    mutating func askRelays(_ place: Int, _ count: Int, wait: Delay, tell: Bool) {
        for slot in pick(count, except: rounds[place].slot) {
            rounds[place].relays.append(table.rows[slot].member.beacon)
            askRelay(slot, place, wait: wait, tell: tell)
        }
    }

    private mutating func askRelay(_ slot: Int, _ place: Int, wait: Delay, tell: Bool) {
        let relay = table.rows[slot].member
        send(
            .relay(
                sequence: rounds.sequence(place, attempt: Self.mostPings), target: rounds[place].target,
                wait: UInt16(min(wait.nanoseconds / 1_000_000, 60_000)), tell: tell),
            to: relay.control, relay.beacon)
    }

    /// Those that have said nothing may not have heard.
    private mutating func askRelaysAgain(_ place: Int, _ now: Moment) {
        let rest = rounds[place].end.since(now)
        for relay in rounds[place].relays where !rounds[place].nacks.contains(relay) {
            if let slot = table.slot(relay) { askRelay(slot, place, wait: rest, tell: false) }
        }
    }

    /// Different members at random, alive and not suspects if there are enough such. Exact in a small fleet.
    mutating func pick(_ count: Int, except: Int?) -> [Int] {
        let live = table.live
        var chosen: [Int] = []
        guard count > 0, !live.isEmpty else { return chosen }
        if live.count > 4 * count + 4 {
            for _ in 0..<8 * count where chosen.count < count {
                let slot = Int(live[random.below(live.count)])
                if slot != except, table.rows[slot].member.state == .alive, !chosen.contains(slot) {
                    chosen.append(slot)
                }
            }
            if chosen.count == count { return chosen }
        }
        // By id: the order of `live` depends on the past, which is no harm, but a test reads better.
        var alive = live.map { Int($0) }.filter {
            $0 != except && table.rows[$0].member.state == .alive && !chosen.contains($0)
        }
        while chosen.count < count, !alive.isEmpty {
            chosen.append(alive.remove(at: random.below(alive.count)))
        }
        return chosen
    }
}
