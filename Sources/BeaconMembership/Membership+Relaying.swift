import BeaconBasics

extension Membership {
    /// A member cannot reach another: we try for it.
    mutating func serveRelay(
        _ sequence: UInt32, _ target: BeaconID, _ wait: UInt16, _ tell: Bool, for requester: BeaconID,
        at source: Address, _ now: Moment
    ) {
        guard target != me.beacon else {
            // It asks us about ourselves: whatever it does not reach there, we are here.
            return send(.records([myRecord]), to: source, requester)
        }
        let slot = table.slot(target)
        if tell, let slot { send(.records([record(slot, now)]), to: source, requester) }
        // Only where we know a member to be: nobody is pinged at another's word.
        guard let slot, case let known = table.rows[slot].member, known.state != .left,
            !table.rows[slot].isForgotten
        else { return send(.nack(sequence: sequence), to: source, requester) }
        let length = Delay.milliseconds(UInt64(min(max(wait, 10), 10_000)))
        let round = ProbeRound(
            purpose: .relay(requester: requester, address: source, sequence: sequence), generation: 0, slot: -1,
            target: target, address: known.control, session: known.session, incarnation: known.incarnation,
            timeout: Delay(nanoseconds: length.nanoseconds / 3))
        guard let place = rounds.add(round) else { return counters.roundsRefused += 1 }
        counters.relaysServed += 1
        // The nack must be back in time.
        rounds[place].end = now + Delay(nanoseconds: length.nanoseconds / 5 * 4)
        setStep(place, now)
    }

    mutating func stepRelay(_ place: Int, _ now: Moment) {
        guard case .relay(let requester, let address, let sequence) = rounds[place].purpose else { return }
        // Who has asked may have left meanwhile: nobody waits for this any more.
        if member(requester)?.state == .left { return endRound(place) }
        if now >= rounds[place].end {
            send(.nack(sequence: sequence), to: address, requester)
            return endRound(place)
        }
        ping(place, now)
        let next = rounds[place].attempts < 2 ? now + rounds[place].timeout : rounds[place].end
        setStep(place, min(next, rounds[place].end))
    }
}
