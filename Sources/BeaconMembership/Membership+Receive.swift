public import BeaconBasics

extension Membership {
    /// One message of an opened (authenticated) datagram. `sender` is the sealed header's; `source` where it came from.
    /// Datagrams under our own id but of another session, and those of a member's older session, belong here too: by
    /// them two processes with one id find out, and a beacon whose clock went back.
    public mutating func receive(
        _ message: MembershipMessage, from sender: BeaconID, session: SessionID, source: Address, at now: Moment
    ) {
        guard !hasLeft else { return answerAfterLeaving(message, sender, source) }
        guard sender != me.beacon else { return meetDouble(message, session: session, source: source, now) }
        guard !identity.isSilent, sender.rawValue != 0 else { return }
        let standing = stand(sender, session, source, now)
        switch message {
        case .ping(let sequence, let target, let held):
            answerPing(sequence, target, held, Peer(sender, session, source, standing), now)
        case .ack(let sequence, let incarnation, let drain, let health, let wantsRecord):
            if let slot = standing.slot {
                table.rows[slot].health = health
                hear(slot, incarnation: incarnation, drain: drain, now)
            }
            if wantsRecord { send(.records([myRecord]), to: source, sender) }
            acked(sequence, by: Peer(sender, session, source, standing), incarnation, drain, now)
        case .relay(let sequence, let target, let wait, let tell):
            guard standing.isTrusted else { return counters.ignored += 1 }
            serveRelay(sequence, target, wait, tell, for: sender, at: source, now)
        case .relayed(let sequence, let target, let session, let incarnation, let drain):
            guard standing.isTrusted else { return counters.ignored += 1 }
            relayed(sequence, target, session, incarnation, drain, by: sender, now)
        case .nack(let sequence): nacked(sequence, by: sender)
        case .records(let records): heard(records, from: sender, at: source, standing, now)
        case .join(let token, let record): welcome(record.reached(at: source), token, from: sender, at: source, now)
        case .welcome(let token, let members, let records):
            welcomed(token, members, records, by: sender, at: source, now)
        case .digest(let hash, let members, let isAnswer):
            guard standing.slot != nil else { return }
            compare(hash, members, isAnswer: isAnswer, with: sender, at: source, now)
        case .confirm(let record):
            guard standing.isTrusted else { return counters.ignored += 1 }
            confirm(record, for: sender, at: source, now)
        case .leave(let record): heardLeave(record, of: sender, at: source, now)
        case .leaveHeard(let incarnation): if let slot = standing.slot { leaveHeard(by: slot, incarnation) }
        case .identity: break
        }
    }

    /// What a sender is to us.
    enum Standing {
        case unknown
        /// Our row is of an earlier session than the sender's.
        case newer
        /// Our row is of a later one.
        case older
        case down(Int)
        case live(Int)

        /// Its row, if it is of the sender's session.
        var slot: Int? {
            switch self {
            case .down(let slot), .live(let slot): slot
            case .unknown, .newer, .older: nil
            }
        }

        /// Rumours of the dead are not believed: one that hears nothing accuses everybody.
        var isTrusted: Bool { if case .live = self { true } else { false } }
    }

    struct Peer {
        var beacon: BeaconID
        var session: SessionID
        var source: Address
        var standing: Standing

        init(_ beacon: BeaconID, _ session: SessionID, _ source: Address, _ standing: Standing) {
            (self.beacon, self.session, self.source, self.standing) = (beacon, session, source, standing)
        }
    }

    /// Who is this? A member that is held for down (or suspect), or of which a later life is known, is told so: at most
    /// once a second, and what it says to that is no reason to tell it again.
    private mutating func stand(
        _ sender: BeaconID, _ session: SessionID, _ source: Address, _ now: Moment
    ) -> Standing {
        guard let slot = table.slot(sender) else { return .unknown }
        let row = table.rows[slot]
        var reached = row.member
        reached.control = source
        if session > row.member.session {
            askForRecord(slot, source, now)
            return .newer
        }
        if session < row.member.session {
            tellDown(slot, reached, now)
            return .older
        }
        switch row.member.state {
        case .alive:
            // It may be at several addresses. Or two processes have one session, and hear of each other by this.
            if source != row.member.control { tellDown(slot, reached, now) }
            return .live(slot)
        case .suspect:
            tellDown(slot, reached, now)
            return .live(slot)
        case .dead:
            tellDown(slot, reached, now)
            return .down(slot)
        case .left: return .down(slot)
        }
    }

    /// What we hold of this member, to itself or to another that has it wrong.
    mutating func tellDown(_ slot: Int, _ listener: Member, _ now: Moment) {
        guard mayTell(slot, now) else { return }
        counters.toldDown += 1
        send(.records([record(slot, now)]), to: listener.control, listener.beacon)
    }

    /// A new life of a member, whose record we have missed: it hears which life we know, and answers with its own.
    private mutating func askForRecord(_ slot: Int, _ source: Address, _ now: Moment) {
        guard mayTell(slot, now) else { return }
        let member = table.rows[slot].member
        let held = HeldState(state: member.state, session: member.session, incarnation: member.incarnation)
        send(.ping(sequence: 0, target: member.beacon, held: held), to: source, member.beacon)
    }

    private mutating func mayTell(_ slot: Int, _ now: Moment) -> Bool {
        let told = table.rows[slot].toldAt
        guard told.nanoseconds == 0 || now.since(told) >= .seconds(1) else { return false }
        table.rows[slot].toldAt = now
        return true
    }

    private mutating func answerPing(
        _ sequence: UInt32, _ target: BeaconID, _ held: HeldState?, _ peer: Peer, _ now: Moment
    ) {
        guard target == me.beacon else { return send(.records([myRecord]), to: peer.source, peer.beacon) }
        if let held {
            if held.session == me.session, held.state != .alive { refute(held.incarnation, now) }
            if held.session < me.session { send(.records([myRecord]), to: peer.source, peer.beacon) }
        }
        let isKnown = peer.standing.slot != nil
        send(
            .ack(
                sequence: sequence, incarnation: me.incarnation, drain: me.drain, health: UInt8(health),
                wantsRecord: !isKnown && !isOlder(peer.standing)),
            to: peer.source, peer.beacon)
    }

    private func isOlder(_ standing: Standing) -> Bool { if case .older = standing { true } else { false } }

    private mutating func heard(
        _ records: [MemberRecord], from sender: BeaconID, at source: Address, _ standing: Standing, _ now: Moment
    ) {
        counters.recordsHeard += UInt64(records.count)
        let isTrusted = standing.isTrusted
        for record in records {
            let beacon = record.member.beacon
            guard isTrusted || beacon == sender || beacon == me.beacon else {
                counters.ignored += 1
                continue
            }
            _ = merge(beacon == sender ? record.reached(at: source) : record, from: sender, .rumour, now)
            noteAnswer(about: beacon, by: sender)
        }
    }

    /// A member that was asked for a check has told what it knows.
    private mutating func noteAnswer(about beacon: BeaconID, by sender: BeaconID) {
        guard rounds.checks > 0, let slot = table.slot(beacon), case let place = Int(table.rows[slot].round),
            place >= 0, rounds[place].purpose.isCheck, rounds[place].relays.contains(sender)
        else { return }
        rounds[place].answered += 1
    }
}
