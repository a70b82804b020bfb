public import BeaconBasics

// The dead are remembered and tried again: each about twice a second by the fleet as a whole. Whoever is reached hears that it
// is held for dead, and refutes. So a partition of any length heals by itself.

extension Membership {
    mutating func scheduleRetry(_ now: Moment) {
        guard !table.dead.isEmpty else {
            nextRetry = nil
            return
        }
        let fleetWide = UInt64(table.live.count + 1) * 500 / UInt64(table.dead.count)
        let interval = min(max(fleetWide, 250), 600_000)
        let next = now + .milliseconds(interval / 2) + random.delay(upTo: .milliseconds(interval))
        // The more are dead, the sooner.
        if let nextRetry, nextRetry <= next { return }
        nextRetry = next
        timers.set(.retry, at: next)
    }

    mutating func retryDead(_ now: Moment) {
        nextRetry = nil
        if !table.dead.isEmpty {
            // The first at random, then each in its turn.
            deadCursor = deadCursor == 0 ? random.below(table.dead.count) + 1 : deadCursor + 1
            pingDead(Int(table.dead[deadCursor % table.dead.count]), now)
        }
        scheduleRetry(now)
    }

    /// Its answer carries a higher incarnation: it has refuted then.
    mutating func pingDead(_ slot: Int, _ now: Moment) {
        let member = table.rows[slot].member
        guard member.state == .dead, budget.level(at: now) != .nothing else { return }
        budget.spend(90)
        counters.retriesOfDead += 1
        let held = HeldState(state: .dead, session: member.session, incarnation: member.incarnation)
        send(.ping(sequence: 0, target: member.beacon, held: held), to: member.control, member.beacon)
    }

    /// Removes what has been dead or gone for longer than it is remembered.
    mutating func purge(_ slot: Int, _ now: Moment) {
        let row = table.rows[slot]
        table.rows[slot].hasPurgeAlarm = false
        guard row.isUsed, !row.member.state.isRoutable else { return }
        guard now >= row.since + memory(of: row) else { return schedulePurge(slot, now) }
        if !row.isForgotten { put(.forgotten(row.member.beacon)) }
        remove(slot)
    }

    private func memory(of row: MemberRow) -> Delay {
        row.isForgotten ? min(Self.evictionMemory, settings.memory) : settings.memory
    }

    /// An eviction is remembered until all have heard of it, so that no table brings the member back.
    private static var evictionMemory: Delay { .seconds(3_600) }

    /// One alarm a row: a member that comes and goes leaves none behind. An eviction's is earlier than the death's was.
    mutating func schedulePurge(_ slot: Int, _ now: Moment) {
        guard !table.rows[slot].hasPurgeAlarm || table.rows[slot].isForgotten else { return }
        table.rows[slot].hasPurgeAlarm = true
        timers.set(.purge(slot), at: max(now, table.rows[slot].since + memory(of: table.rows[slot])))
    }

    private mutating func remove(_ slot: Int) {
        cancel(slot)
        stopTelling(slot)
        if table.rows[slot].isInOrder, let place = order.firstIndex(of: Int32(slot)) { order.remove(at: place) }
        table.remove(slot)
    }

    /// The operator's word that a dead or left member is gone for good. It goes through the fleet like a death; the member comes
    /// back only by its own doing. False if there is none, or it lives.
    public mutating func forget(_ beacon: BeaconID, at now: Moment) -> Bool {
        guard let slot = table.slot(beacon), !table.rows[slot].isForgotten,
            !table.rows[slot].member.state.isRoutable
        else { return false }
        return evict(slot, table.rows[slot].member, .rumour, now)
    }

    /// Also where the member is alive to us: somebody knows it to be dead in this very incarnation. Then we wait for that death
    /// to reach us.
    mutating func evict(_ slot: Int, _ evicted: Member, _ source: Source, _ now: Moment) -> Bool {
        guard !table.rows[slot].isForgotten, !table.rows[slot].member.state.isRoutable else { return false }
        cancel(slot)
        table.rows[slot].since = now
        table.update(slot, to: evicted, isForgotten: true)
        schedulePurge(slot, now)
        put(.forgotten(evicted.beacon))
        tell(slot, .end, source, now)
        return true
    }
}
