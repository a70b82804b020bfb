import BeaconBasics
import BeaconWire

/// What a probe's answers, or their absence, mean.
extension Membership {
    mutating func acked(
        _ sequence: UInt32, by peer: Peer, _ incarnation: UInt32, _ drain: DrainDeadline?, _ now: Moment
    ) {
        guard let (place, attempt) = rounds.find(sequence), rounds[place].target == peer.beacon else { return }
        let round = rounds[place]
        guard attempt < round.attempts, peer.session >= round.session else { return }
        if round.slot >= 0, !round.wasExtended {
            let sample = now.since(round.sent[attempt])
            table.rows[round.slot].roundTrip.measured(sample)
            roundTrip.measured(sample)
            counters.roundTrips.add(sample)
            noteLoss(round, answered: attempt, now)
        }
        if case .relay(let requester, let address, let theirs) = round.purpose, member(requester)?.state != .left {
            send(
                .relayed(
                    sequence: theirs, target: peer.beacon, session: peer.session, incarnation: incarnation,
                    drain: drain), to: address, requester)
        }
        succeed(place, now)
    }

    /// The target lives: its pings that had the time to be answered and were not are lost.
    private mutating func noteLoss(_ round: ProbeRound, answered attempt: Int?, _ now: Moment) {
        // A member that datagrams never reach says nothing of the network.
        let counts = attempt != nil || table.rows[round.slot].loss.unanswered < 60_000
        for index in 0..<min(round.attempts, 8) {
            let isAnswered = index == attempt
            guard isAnswered || now.since(round.sent[index]).nanoseconds >= round.timeout.nanoseconds / 3 else { break }
            table.rows[round.slot].loss.attempt(answered: isAnswered, weight: 3)
            if counts { loss.attempt(answered: isAnswered, weight: 6) }
            if isAnswered { break }
        }
        guard settings.adaptsToLoss else { return }
        if isLossy { isLossy = loss.perMille > 100 } else { isLossy = loss.perMille > 150 }
    }

    mutating func relayed(
        _ sequence: UInt32, _ target: BeaconID, _ session: SessionID, _ incarnation: UInt32, _ drain: DrainDeadline?,
        by relay: BeaconID, _ now: Moment
    ) {
        if let slot = table.slot(target), table.rows[slot].member.session == session {
            hear(slot, incarnation: incarnation, drain: drain, now)
        }
        guard let (place, _) = rounds.find(sequence), rounds[place].target == target,
            rounds[place].relays.contains(relay), session >= rounds[place].session
        else { return }
        if rounds[place].slot >= 0 { noteLoss(rounds[place], answered: nil, now) }
        succeed(place, now)
    }

    mutating func nacked(_ sequence: UInt32, by relay: BeaconID) {
        guard let (place, _) = rounds.find(sequence), rounds[place].relays.contains(relay),
            !rounds[place].nacks.contains(relay)
        else { return }
        rounds[place].nacks.append(relay)
        rounds[place].answered += 1
    }

    /// The stream probe is over.
    mutating func streamEnded(_ place: Int, _ reply: ExchangeReply?, _ now: Moment) {
        let round = rounds[place]
        guard case .alive(let beacon, let session, let incarnation, let drain)? = reply, beacon == round.target,
            session >= round.session
        else {
            rounds[place].isStreamOver = true
            return
        }
        if session == table.rows[round.slot].member.session {
            hear(round.slot, incarnation: incarnation, drain: drain, now)
        }
        guard rounds.isCurrent(place, generation: round.generation) else { return }
        counters.streamRescues += 1
        noteLoss(round, answered: nil, now)
        succeed(place, now)
    }

    /// The target lives.
    mutating func succeed(_ place: Int, _ now: Moment) {
        let round = rounds[place]
        endRound(place)
        switch round.purpose {
        case .probe: noteHealth(-1)
        case .confirm(let accuser):
            guard let slot = table.slot(accuser), table.rows[slot].member.state.isRoutable else { return }
            send(.records([record(round.slot, now)]), to: table.rows[slot].member.control, accuser)
        case .check: checkPassed(round.slot, now)
        case .relay: break
        }
    }

    /// No answer on any way. Relays that did not even say "no answer" make us doubt ourselves (Lifeguard).
    mutating func fail(_ place: Int, _ now: Moment) {
        let round = rounds[place]
        counters.failedRounds += 1
        if case .probe = round.purpose {
            if 2 * round.nacks.count < max(1, round.relays.count) { noteHealth(1) }
        }
        endRound(place)
        accuse(round, now)
    }

    mutating func noteHealth(_ change: Int) { health = min(7, max(0, health + change)) }
}
