import BeaconBasics

/// How a record reached us.
enum Source {
    /// By rumour, or from the member itself: told on.
    case rumour
    /// With a whole table: others get it the same way.
    case table
}

extension Membership {
    var myRecord: MemberRecord { MemberRecord(me) }

    func record(_ slot: Int, _ now: Moment) -> MemberRecord {
        let row = table.rows[slot]
        return MemberRecord(
            row.member, accusers: row.member.state == .suspect ? suspicions[slot]?.accusers ?? [] : [],
            age: row.member.state.isRoutable ? 0 : Self.age(now.since(row.since)), isForgotten: row.isForgotten)
    }

    /// Each teller rounds up, so that a record grows no younger on its way, and none outlives the memory by being passed to
    /// and fro; the first minutes are 0, so that what is told at once is as old at all.
    private static func age(_ time: Delay) -> UInt8 {
        let seconds = time.nanoseconds / 1_000_000_000
        return seconds < 180 ? 0 : UInt8(min(255, (seconds + 359) / 360))
    }

    private func isOver(_ record: MemberRecord) -> Bool {
        !record.member.state.isRoutable && Delay.seconds(UInt64(record.age) * 360) >= settings.memory
    }

    /// Takes what a record says, where it is later than what is known. Whether the row has changed.
    mutating func merge(_ record: MemberRecord, from teller: BeaconID, _ source: Source, _ now: Moment) -> Bool {
        let new = record.member
        guard new.beacon != me.beacon else {
            hearOfSelf(new, now)
            return false
        }
        guard new.control.isReplyable, !record.isForgotten || !new.state.isRoutable else {
            counters.ignored += 1
            return false
        }
        guard let slot = table.slot(new.beacon) else { return admit(record, from: teller, source, now) }
        let old = table.rows[slot].member
        if new.session != old.session {
            guard new.session > old.session else { return false }
            return replace(slot, by: record, from: teller, source, now)
        }
        guard new.incarnation >= old.incarnation else { return false }
        if table.rows[slot].isForgotten, !record.isForgotten, !new.isLater(than: old) {
            // The teller has missed the eviction.
            if let tellerSlot = table.slot(teller) { tellDown(slot, table.rows[tellerSlot].member, now) }
            return false
        }
        if record.isForgotten { return evict(slot, new, source, now) }
        switch new.state {
        case .alive: return mergeAlive(slot, new, source, now)
        case .suspect: return mergeSuspicion(slot, record, from: teller, source, now)
        case .dead: return mergeDeath(slot, new, from: teller, source, now)
        case .left:
            guard new.isLater(than: old) else { return false }
            change(slot, to: new, lane: .end, source, now)
            return true
        }
    }

    private mutating func mergeAlive(_ slot: Int, _ new: Member, _ source: Source, _ now: Moment) -> Bool {
        let old = table.rows[slot].member
        if new.incarnation > old.incarnation {
            change(slot, to: new, lane: old.state == .alive ? .news : .refutation, source, now)
            return true
        }
        // Somebody reaches a member that we hold for dead: one ping tells it so, and it refutes.
        if old.state == .dead, !table.rows[slot].isForgotten { pingDead(slot, now) }
        return false
    }

    private mutating func mergeSuspicion(
        _ slot: Int, _ record: MemberRecord, from teller: BeaconID, _ source: Source, _ now: Moment
    ) -> Bool {
        let old = table.rows[slot].member
        let accusers = record.accusers.isEmpty ? [teller] : record.accusers
        if record.member.incarnation > old.incarnation {
            // A newer suspicion is another one: its time runs from now.
            change(slot, to: record.member, accusers: accusers, lane: .suspicion, source, now)
            return true
        }
        switch old.state {
        case .alive:
            change(slot, to: record.member, accusers: accusers, lane: .suspicion, source, now)
            return true
        case .suspect: return addAccusers(accusers, to: slot, now)
        case .dead, .left: return false
        }
    }

    /// Somebody has reached a verdict. Whoever has suspected the member for long enough itself follows it; all others (they
    /// have missed the suspicion, or they hear of it from the other side of a partition) look for themselves first.
    private mutating func mergeDeath(
        _ slot: Int, _ new: Member, from teller: BeaconID, _ source: Source, _ now: Moment
    ) -> Bool {
        let old = table.rows[slot].member
        guard old.state.isRoutable else {
            guard new.isLater(than: old) else { return false }
            change(slot, to: new, lane: .end, source, now)
            return true
        }
        if let suspicion = suspicions[slot], old.incarnation == new.incarnation,
            now.since(suspicion.since).nanoseconds >= timing.minimumSuspicion.nanoseconds / 2
        {
            var evidence = suspicion.evidence
            evidence.accusers = suspicion.accusers
            if !evidence.accusers.contains(teller) { evidence.accusers.append(teller) }
            change(slot, to: new, evidence: evidence, lane: .end, source, now)
            return true
        }
        beginCheck(slot, incarnation: new.incarnation, teller: teller, now)
        return false
    }

    private mutating func admit(
        _ record: MemberRecord, from teller: BeaconID, _ source: Source, _ now: Moment
    ) -> Bool {
        guard !record.isForgotten, !isOver(record) else { return false }
        guard table.count < settings.maximumMembers else {
            counters.membersRefused += 1
            return false
        }
        let since = Moment(nanoseconds: now.nanoseconds - min(now.nanoseconds, UInt64(record.age) * 360_000_000_000))
        let slot = table.insert(record.member, since: since, isForgotten: false)
        settle(slot, previous: nil, record, from: teller, source, now)
        return true
    }

    private mutating func replace(
        _ slot: Int, by record: MemberRecord, from teller: BeaconID, _ source: Source, _ now: Moment
    ) -> Bool {
        guard !record.isForgotten, !isOver(record) else { return false }
        let previous = table.rows[slot].isForgotten ? nil : table.rows[slot].member
        cancel(slot)
        table.rows[slot].roundTrip = RoundTrip()
        table.rows[slot].loss = LossMeter()
        table.rows[slot].toldAt = Moment(nanoseconds: 0)
        table.rows[slot].since = now
        table.update(slot, to: record.member, isForgotten: false)
        settle(slot, previous: previous, record, from: teller, source, now)
        return true
    }

    /// A new row, or a row's new life.
    private mutating func settle(
        _ slot: Int, previous: Member?, _ record: MemberRecord, from teller: BeaconID, _ source: Source, _ now: Moment
    ) {
        let member = record.member
        if member.state == .suspect {
            suspect(slot, accusers: record.accusers.isEmpty ? [teller] : record.accusers, now)
        }
        if member.state.isRoutable { enterOrder(slot) } else { schedulePurge(slot, now) }
        noteContact(slot)
        put(.changed(MemberChange(member: member, previous: previous, evidence: nil)))
        tell(slot, lane(for: member.state), source, now)
        if member.state == .dead { scheduleRetry(now) }
        if previous == nil || previous?.state.isRoutable == false, member.state.isRoutable { noteArrival(now) }
    }

    private func lane(for state: MemberState) -> RumourLane {
        switch state {
        case .alive: .news
        case .suspect: .suspicion
        case .dead, .left: .end
        }
    }

    /// Another state or incarnation in one session: the one place where a row changes.
    mutating func change(
        _ slot: Int, to new: Member, accusers: [BeaconID] = [], evidence given: Evidence? = nil, lane: RumourLane,
        _ source: Source, _ now: Moment
    ) {
        let old = table.rows[slot].member
        let wasForgotten = table.rows[slot].isForgotten
        if new.state != old.state { table.rows[slot].since = now }
        suspicions[slot] = nil
        if !new.state.isRoutable { cancel(slot) }
        table.update(slot, to: new, isForgotten: false)
        switch new.state {
        case .alive: if !old.state.isRoutable { comeBack(slot, now) }
        case .suspect:
            if !old.state.isRoutable { comeBack(slot, now) }
            suspect(slot, accusers: accusers, now)
        case .dead, .left:
            schedulePurge(slot, now)
            reopenContact(slot, now)
            if new.state == .dead { scheduleRetry(now) }
            recountConfirmers(now)
        }
        if let given { evidence.keep(given, of: new.beacon, at: now) }
        put(.changed(MemberChange(member: new, previous: wasForgotten ? nil : old, evidence: given)))
        tell(slot, lane, source, now)
    }

    private mutating func comeBack(_ slot: Int, _ now: Moment) {
        enterOrder(slot)
        noteContact(slot)
        noteArrival(now)
    }

    /// What the member itself, or one that has heard it, says of it.
    mutating func hear(_ slot: Int, incarnation: UInt32, drain: DrainDeadline?, _ now: Moment) {
        var member = table.rows[slot].member
        guard incarnation > member.incarnation else { return }
        let wasAlive = member.state == .alive
        member.incarnation = incarnation
        member.state = .alive
        member.drain = drain
        change(slot, to: member, lane: wasAlive ? .news : .refutation, .rumour, now)
    }

    /// Ends the round that runs for this member, and its suspicion.
    mutating func cancel(_ slot: Int) {
        suspicions[slot] = nil
        let round = Int(table.rows[slot].round)
        if round >= 0 { endRound(round) }
    }
}
