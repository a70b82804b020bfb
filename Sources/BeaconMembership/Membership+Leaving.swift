public import BeaconBasics

/// We are on our way out.
struct Leaving: Sendable {
    var deadline: Moment
    /// Slots still to be told, and those that have not said that they heard.
    var untold: [Int]
    var unheard: Set<Int>
    /// How many may stay unheard.
    var enough: Int
    var nextRound: Moment
}

extension Membership {
    /// Tells everybody; `.left` in the outputs when two thirds have acknowledged, or after 2 s.
    public mutating func leave(at now: Moment) {
        guard leaving == nil, !hasLeft else { return }
        me.incarnation = me.incarnation == .max ? .max : me.incarnation + 1
        me.state = .left
        let slots = table.live.map { Int($0) }.sorted()
        leaving = Leaving(
            deadline: now + .seconds(2), untold: slots, unheard: Set(slots), enough: slots.count / 3,
            nextRound: now + .milliseconds(500))
        tellOfMyself(.end, now)
        goOnLeaving(now)
    }

    /// Some at a time, so that a large fleet's goodbye is no burst; those that are silent once more after half a second.
    mutating func goOnLeaving(_ now: Moment) {
        guard let state = leaving else { return }
        if state.unheard.count <= state.enough || now >= state.deadline { return finishLeaving() }
        if state.untold.isEmpty, now >= state.nextRound {
            leaving!.untold = state.unheard.sorted()
            leaving!.nextRound = now + .milliseconds(500)
        }
        for slot in leaving!.untold.prefix(100) where leaving!.unheard.contains(slot) {
            let member = table.rows[slot].member
            send(.leave(myRecord), to: member.control, member.beacon)
        }
        leaving!.untold.removeFirst(min(100, leaving!.untold.count))
        let next = min(leaving!.untold.isEmpty ? leaving!.nextRound : now + .milliseconds(20), state.deadline)
        nextLeave = next
        timers.set(.leave, at: next)
    }

    private mutating func finishLeaving() {
        hasLeft = true
        leaving = nil
        put(.left)
    }

    mutating func leaveHeard(by slot: Int, _ incarnation: UInt32) {
        guard leaving != nil, incarnation == me.incarnation else { return }
        leaving!.unheard.remove(slot)
        if leaving!.unheard.count <= leaving!.enough { finishLeaving() }
    }

    mutating func heardLeave(_ record: MemberRecord, of sender: BeaconID, at source: Address, _ now: Moment) {
        guard record.member.beacon == sender, record.member.state == .left else { return counters.ignored += 1 }
        _ = merge(record, from: sender, .rumour, now)
        send(.leaveHeard(incarnation: record.member.incarnation), to: source, sender)
    }

    /// Somebody has not heard that we have left.
    mutating func answerAfterLeaving(_ message: MembershipMessage, _ sender: BeaconID, _ source: Address) {
        if case .ping = message, sender != me.beacon { send(.leave(myRecord), to: source, sender) }
    }
}
