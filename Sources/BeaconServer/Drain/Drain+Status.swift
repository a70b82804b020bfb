import BeaconAdmin
import BeaconBasics

extension Drain {
    /// How far it is. Of a drain that is over, how far it came.
    func status(_ facts: DrainFacts, at now: Moment) -> DrainStatus {
        var status = DrainStatus()
        status.state = state
        status.othersServing = facts.othersServing
        guard let run else {
            status.nodesLeft = facts.nodes
            return status
        }
        let end = run.endedAt ?? now
        let facts = run.endedAt == nil ? facts : run.latest
        status.then = run.order.then
        status.beganAt = run.beganUnix
        status.elapsedSeconds = end.since(run.beganAt).inSeconds
        status.deadlineSeconds = run.deadline.since(run.beganAt).inSeconds
        status.leftSeconds = run.deadline.since(end).inSeconds
        status.take(facts, since: run.start)
        if state == .draining { status.blockers = blockers(facts, run, at: now) }
        return status
    }

    private func blockers(_ facts: DrainFacts, _ run: Run, at now: Moment) -> [String] {
        var blockers: [String] = []
        if facts.nodes > 0 {
            blockers.append(facts.nodes == 1 ? "1 node is still here" : "\(facts.nodes) nodes are still here")
            if facts.othersServing ?? 0 == 0 { blockers.append("there is no other beacon that they could move to") }
        } else {
            blockers.append("frames for nodes that have moved still come in")
        }
        return blockers
    }
}

extension DrainStatus {
    fileprivate mutating func take(_ facts: DrainFacts, since start: DrainFacts) {
        nodesAtStart = start.nodes
        nodesLeft = facts.nodes
        nodesMoved = Int(clamping: facts.departed - start.departed)
        nodesExpired = Int(clamping: facts.expired - start.expired)
        idsRefused = facts.refused - start.refused
        framesForwarded = facts.framesForwarded - start.framesForwarded
        framesRepeated = facts.framesRepeated - start.framesRepeated
        framesDoubtful = facts.framesDoubtful - start.framesDoubtful
        framesLost = facts.framesLost - start.framesLost
    }
}
