public import BeaconBasics

extension Membership {
    /// What others say of us.
    mutating func hearOfSelf(_ said: Member, _ now: Moment) {
        if said.session == me.session {
            if said.state != .alive { return refute(said.incarnation, now) }
            // Only we raise our incarnation: another process speaks with our voice.
            if said.incarnation > me.incarnation { raiseIncarnation(above: said.incarnation, .refutation, now) }
            if said.control != me.control { challenge(said.control, now) }
            return
        }
        guard said.session > me.session else { return }
        // A life of ours that the clock has put after this one; or somebody else's.
        if said.state.isRoutable, said.control != me.control {
            challenge(said.control, claiming: said.session, now)
        } else {
            raiseSession(above: said.session, now)
        }
    }

    /// Somebody holds us for suspect, dead or gone.
    mutating func refute(_ incarnation: UInt32, _ now: Moment) {
        guard leaving == nil, incarnation >= me.incarnation else { return }
        counters.refutations += 1
        noteHealth(1)
        raiseIncarnation(above: incarnation, .refutation, now)
    }

    private mutating func raiseIncarnation(above incarnation: UInt32, _ lane: RumourLane, _ now: Moment) {
        guard leaving == nil else { return }
        // At the end of the numbers only a new session helps.
        guard incarnation < .max else { return raiseSession(above: me.session, now) }
        me.incarnation = max(me.incarnation, incarnation) + 1
        tellOfMyself(lane, now)
    }

    mutating func raiseSession(above session: SessionID, _ now: Moment) {
        guard session.rawValue < SessionID.maximum, session >= me.session, leaving == nil else { return }
        me.session = SessionID(session.rawValue + 1)
        me.incarnation = 0
        put(.sessionRaised(me.session))
        tellOfMyself(.refutation, now)
    }

    /// We drain until then at the latest; nil: we take nodes (again).
    public mutating func setDrain(_ drain: DrainDeadline?, at now: Moment) {
        guard me.drain != drain, leaving == nil else { return }
        me.drain = drain
        raiseIncarnation(above: me.incarnation, .news, now)
    }
}
