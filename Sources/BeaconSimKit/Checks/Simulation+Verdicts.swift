import BeaconBasics
import BeaconMembership

/// One life and word of a member that somebody has declared dead.
struct DeathKey: Hashable, Sendable {
    var subject: Int
    var session: UInt64
    var incarnation: UInt32
}

/// S4 and L2: what it takes to declare somebody dead.
extension Simulation {
    func checkVerdict(_ change: MemberChange, _ old: MemberRow, _ subject: Int, at host: Host) {
        let member = change.member
        let key = DeathKey(subject: subject, session: member.session.rawValue, incarnation: member.incarnation)
        let isTold = !declaredDead.insert(key).inserted
        if old.state?.isRoutable == true, old.session == key.session, !truth[subject].isDisputed,
            let fault = verdictFault(change, old, isTold: isTold, at: host)
        {
            fail(.s4, "host \(host.index): member \(subject) is dead \(fault)", [host.index, subject])
        }
        // Who has just joined takes the table as it is: the verdict is somebody else's, who was held to account for it.
        if isTold, old.state == nil { return }
        checkAccuracy(change, old, subject, at: host)
    }

    /// What the verdict lacks; nil = nothing. The first of a death in the whole fleet has a suspicion that was old enough
    /// and a last chance that failed; who is told of one has had its own last chance, or has suspected for half the time.
    private func verdictFault(
        _ change: MemberChange, _ old: MemberRow, isTold: Bool, at host: Host
    ) -> String? {
        guard let evidence = change.evidence else { return "without evidence" }
        if evidence.accusers.isEmpty { return "and nobody accuses it" }
        let isSuspected = old.state == .suspect && old.incarnation == change.member.incarnation
        // As the host's own clock has it: that is what its timers go by.
        let suspected = isSuspected ? host.clock.moment(at: now).since(old.suspectedLocally) : .milliseconds(0)
        if evidence.lastChanceFailed {
            if evidence.directAttempts == 0 { return "and was never pinged" }
            return isTold || suspected >= minimumSuspicion ? nil : "after a suspicion of \(suspected)"
        }
        if !isTold { return "without a last chance" }
        return suspected.nanoseconds >= minimumSuspicion.nanoseconds / 2
            ? nil : "by hearsay after a suspicion of \(suspected)"
    }

    /// L2: both are well and can talk.
    private func checkAccuracy(_ change: MemberChange, _ old: MemberRow, _ subject: Int, at host: Host) {
        guard !truth[subject].isDisputed, old.state != .dead, isRunning(subject, session: change.member.session),
            isWell(host), isWell(hosts[subject]), !areSeparated(host.index, subject),
            shareKey(host, hosts[subject])
        else { return }
        report.falseDeaths += 1
        if report.falseDeaths > scenario.falseDeathsAllowed {
            let evidence = change.evidence.map { "\($0)" } ?? "none"
            fail(
                .l2, "host \(host.index) holds member \(subject) dead, which is well; evidence: \(evidence)",
                [host.index, subject])
        }
        if !scenario.allowsDeaths {
            fail(.l12, "host \(host.index) holds member \(subject) dead", [host.index, subject])
        }
    }
}
