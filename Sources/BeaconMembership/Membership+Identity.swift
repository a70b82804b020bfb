import BeaconBasics

// Two live processes with one beacon id. Each hears of the other by a record of itself with another session or address, or by
// a datagram under its own id, and asks that address. If a process with our id answers there, the one that was born earlier keeps
// the id (of one birth: the lower address): it raises its session above the other's. The loser falls silent, and takes the id back
// when the winner has not answered for 15 s.

struct IdentityContest: Sendable {
    /// The session that the process started with: raising does not make it younger.
    var birth: SessionID
    /// Where another process with our id may be, and the session it claims.
    var rival: Address?
    var claimed: SessionID?
    var asked = 0
    /// We have lost the id.
    var isSilent = false
    var reportedAt: Moment?
    var answeredAt: Moment?
    var winnerSession: SessionID?

    init(birth: SessionID) { self.birth = birth }
}

extension Membership {
    private static var askPeriod: Delay { .milliseconds(300) }

    /// Who is at that address under our id? Silence (three times asked) means: a life of ours that is over.
    mutating func challenge(_ address: Address, claiming session: SessionID? = nil, _ now: Moment) {
        guard !identity.isSilent, address.isReplyable, address != me.control, !me.control.isUnspecified else { return }
        if identity.rival == address {
            if let session { identity.claimed = max(identity.claimed ?? session, session) }
            return
        }
        guard identity.rival == nil else { return }
        identity.rival = address
        identity.claimed = session
        identity.asked = 0
        scheduleIdentity(now)
    }

    private mutating func scheduleIdentity(_ next: Moment) {
        nextIdentity = next
        timers.set(.identity, at: next)
    }

    private func askIdentity() -> MembershipMessage {
        .identity(birth: identity.birth, control: me.control, isAnswer: false)
    }

    mutating func goOnWithIdentity(_ now: Moment) {
        nextIdentity = nil
        guard let rival = identity.rival else { return }
        if identity.isSilent {
            if let answered = identity.answeredAt, now.since(answered) >= .seconds(15) { return takeBack(now) }
            send(askIdentity(), to: rival, me.beacon)
            return scheduleIdentity(now + .seconds(3))
        }
        guard identity.asked < 3 else {
            identity.rival = nil
            if let claimed = identity.claimed { raiseSession(above: claimed, now) }
            return
        }
        identity.asked += 1
        send(askIdentity(), to: rival, me.beacon)
        scheduleIdentity(now + Self.askPeriod)
    }

    /// A datagram under our own id that we have not sent.
    mutating func meetDouble(
        _ message: MembershipMessage, session: SessionID, source: Address, _ now: Moment
    ) {
        guard case .identity(let birth, let control, let isAnswer) = message else {
            if session != me.session || source != me.control { challenge(source, claiming: session, now) }
            return
        }
        // Our own question, come back.
        guard control != me.control else { return }
        if !isAnswer {
            send(.identity(birth: identity.birth, control: me.control, isAnswer: true), to: source, me.beacon)
        }
        let weKeepIt = Self.isBefore((identity.birth, me.control), (birth, control))
        report(control, weKeepIt: weKeepIt, now)
        if weKeepIt {
            identity.rival = nil
            if session >= me.session { raiseSession(above: session, now) }
        } else {
            fallSilent(before: source, session, now)
        }
    }

    private static func isBefore(_ a: (SessionID, Address), _ b: (SessionID, Address)) -> Bool {
        (a.0.rawValue, a.1.high, a.1.low, a.1.port) < (b.0.rawValue, b.1.high, b.1.low, b.1.port)
    }

    private mutating func report(_ other: Address, weKeepIt: Bool, _ now: Moment) {
        if let reported = identity.reportedAt, now.since(reported) < .seconds(60) { return }
        identity.reportedAt = now
        put(.duplicate(other: other, weKeepIt: weKeepIt))
    }

    private mutating func fallSilent(before winner: Address, _ session: SessionID, _ now: Moment) {
        identity.rival = winner
        identity.answeredAt = now
        identity.winnerSession = max(identity.winnerSession ?? session, session)
        guard !identity.isSilent else { return }
        identity.isSilent = true
        for place in rounds.rounds.indices where rounds[place].isUsed { endRound(place) }
        scheduleIdentity(now + .seconds(3))
    }

    /// The winner is gone: the id is ours again, in a new life.
    private mutating func takeBack(_ now: Moment) {
        let session = max(identity.winnerSession ?? me.session, me.session)
        identity.isSilent = false
        identity.rival = nil
        identity.answeredAt = nil
        identity.reportedAt = nil
        raiseSession(above: session, now)
        wakeUp(now)
    }

    private mutating func wakeUp(_ now: Moment) {
        scheduleProbe(within: timing.probePeriod, now)
        (nextSync, nextGossip, nextRetry) = (nil, nil, nil)
        syncInterval = Self.shortestSyncInterval
        scheduleSync(within: syncInterval, now)
        tellOfMyself(.refutation, now)
        scheduleRetry(now)
    }
}
