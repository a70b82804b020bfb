import BeaconBasics
import BeaconCluster
import BeaconDirectory
import BeaconMembership

/// What is checked of every event that a core reports: all intermediate states, not only those in which a call ends.
extension Simulation {
    @inline(__always)
    func subject(of beacon: BeaconID) -> Int { Int(beacon.rawValue) - 1 }

    func take(_ event: ClusterEvent, of host: Host, _ process: BeaconProcess) {
        switch event {
        case .member(let change): changed(change, at: host, process)
        case .directory(.digestMismatch(let owner)):
            if !truth[subject(of: owner)].isDisputed {
                fail(
                    .s7, "host \(host.index): other digest at the cursor of \(owner)", [host.index, subject(of: owner)])
            }
        case .directory: break
        case .duplicateBeaconID(let beacon, _, _):
            report.reached(.duplicateReported)
            if !truth[subject(of: beacon)].isDisputed {
                fail(.contract, "host \(host.index) sees two hosts with id \(beacon)", [host.index])
            }
        case .keyRotation(.completed): report.reached(.keysRotated)
        case .keyRotation: break
        case .unknownKey: report.reached(.unknownKey)
        case .memberForgotten(let beacon): forgotten(beacon, at: host)
        case .sessionRaised: refreshTruth(subject(of: host.beacon), host)
        case .claimUnanswered, .clockSkew: break
        }
    }

    private func forgotten(_ beacon: BeaconID, at host: Host) {
        let subject = subject(of: beacon)
        guard subject >= 0, subject < members else { return }
        let row = rows[host.index, subject]
        if row.state?.isRoutable != false {
            fail(
                .contract, "host \(host.index) forgets member \(subject), which is \(row.text)", [host.index, subject])
        }
        rows[host.index, subject] = MemberRow()
    }

    private func changed(_ change: MemberChange, at host: Host, _ process: BeaconProcess) {
        let member = change.member
        let subject = subject(of: member.beacon)
        guard subject >= 0, subject < members else {
            return fail(.contract, "host \(host.index) tells of member \(member.beacon)", [host.index])
        }
        trace.record(
            TraceRecord(
                at: now, what: .memberChanged, host: UInt32(host.index), other: UInt32(subject),
                detail: UInt64(member.state.rawValue) << 60 | UInt64(member.incarnation) << 48 ^ member.session.rawValue
            ))
        trace.record(ChangeRecord(at: now, observer: host.index, subject: subject, member: member))
        let old = rows[host.index, subject]
        if !truth[subject].isDisputed {
            checkPrevious(change, old, at: host)
            if let (property, text) = Legality.fault(from: old, to: member) {
                fail(property, "host \(host.index) of member \(subject): \(text)", [host.index, subject])
            }
            checkTruth(member, subject, at: host)
            if subject == self.subject(of: host.beacon) { checkSelf(member, at: host, process) }
        }
        if member.state == .dead { checkVerdict(change, old, subject, at: host) }
        note(member, old, subject, at: host, process)
    }

    private func checkPrevious(_ change: MemberChange, _ old: MemberRow, at host: Host) {
        guard let previous = change.previous else {
            if old.state != nil {
                fail(.contract, "host \(host.index): \(old.text) was forgotten without a word", [host.index])
            }
            return
        }
        if !old.isSame(previous) {
            fail(.contract, "host \(host.index): previous is \(previous.text), was told \(old.text)", [host.index])
        }
    }

    /// S1: nobody else invents incarnations or sessions.
    private func checkTruth(_ member: Member, _ subject: Int, at host: Host) {
        if isAbove(member, truth[subject]) { refreshTruth(subject, hosts[subject]) }
        if isAbove(member, truth[subject]) {
            let own = "\(truth[subject].session) incarnation \(truth[subject].incarnation)"
            fail(
                .s1, "host \(host.index) has \(member.text) of member \(subject), which is at \(own)",
                [host.index, subject])
        }
    }

    private func isAbove(_ member: Member, _ truth: Truth) -> Bool {
        (member.session.rawValue, member.incarnation) > (truth.session, truth.incarnation)
    }

    func refreshTruth(_ subject: Int, _ host: Host) {
        guard let me = host.process?.cluster.me else { return }
        let (session, incarnation) = (me.session.rawValue, me.incarnation)
        if (session, incarnation) < (truth[subject].session, truth[subject].incarnation), !truth[subject].isDisputed {
            // A new process that has not heard yet what the fleet remembers of it may start lower, once.
            guard host.process?.startedAt != now, session < truth[subject].session else { return }
        }
        if (session, incarnation) > (truth[subject].session, truth[subject].incarnation) {
            truth[subject].session = session
            truth[subject].incarnation = incarnation
            truth[subject].raisedAt = now
        }
    }

    private func checkSelf(_ member: Member, at host: Host, _ process: BeaconProcess) {
        let isRight = member.state == .alive || (member.state == .left && process.isLeaving)
        if !isRight { fail(.s6, "host \(host.index) sees itself \(member.state)", [host.index]) }
    }

    // MARK: Taking note

    private func note(
        _ member: Member, _ old: MemberRow, _ subject: Int, at host: Host, _ process: BeaconProcess
    ) {
        var row = old
        row.session = member.session.rawValue
        row.incarnation = member.incarnation
        row.isDraining = member.isDraining
        if old.state != member.state || old.session != row.session { row.since = now }
        if member.state == .suspect, old.state != .suspect || old.incarnation != member.incarnation {
            row.suspectedAt = now
            row.suspectedLocally = host.clock.moment(at: now)
            expectRefutation(of: subject, row.incarnation, at: host)
        }
        if old.state?.isRoutable == true, !member.state.isRoutable { process.fallen.append(subject) }
        row.state = member.state
        rows[host.index, subject] = row
        measure(old, row, subject, at: host, process)
    }

    private func measure(_ old: MemberRow, _ row: MemberRow, _ subject: Int, at host: Host, _ process: BeaconProcess) {
        switch row.state {
        case .suspect where old.state != .suspect:
            report.suspicions += 1
            report.reached(.suspected)
            noteSuspicion(row, subject, at: host)
        case .alive:
            if old.state == .suspect {
                report.reached(.refuted)
                if isPromised(host.index, subject, since: old.suspectedAt) {
                    report.measure(.refutation, now.since(old.suspectedAt))
                }
            }
            if old.state == .dead { report.reached(.cameBack) }
            if row.isDraining, !old.isDraining { report.reached(.drained) }
            noteJoin(old, row, subject, at: host, process)
        case .dead where old.state != .dead:
            report.deaths += 1
            report.reached(.dead)
            noteDetection(row, subject, at: host)
        default: break
        }
    }

    private func noteSuspicion(_ row: MemberRow, _ subject: Int, at host: Host) {
        guard isRunning(subject, session: SessionID(row.session)), isWell(hosts[subject]) else { return }
        report.falseSuspicions += 1
        if !scenario.allowsSuspicions, isWell(host) {
            fail(.l11, "host \(host.index) suspects member \(subject)", [host.index, subject])
        }
    }

    private func noteJoin(_ old: MemberRow, _ row: MemberRow, _ subject: Int, at host: Host, _ process: BeaconProcess) {
        guard formedAt != nil, old.session != row.session, let other = hosts[subject].process,
            other.startedAt > process.startedAt, isPromised(host.index, subject, since: other.startedAt),
            hadSeed(hosts[subject], other)
        else { return }
        report.measure(.join, now.since(other.startedAt))
    }

    private func noteDetection(_ row: MemberRow, _ subject: Int, at host: Host) {
        guard let stopped = hosts[subject].stoppedAt, row.session == truth[subject].session, isWell(host),
            host.process!.startedAt < stopped, host.excusedUntil <= stopped
        else { return }
        report.measure(.detection, now.since(stopped))
    }
}
