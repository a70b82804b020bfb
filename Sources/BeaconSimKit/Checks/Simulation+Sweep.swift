import BeaconBasics
import BeaconCluster
import BeaconDirectory
import BeaconMembership

/// How far an observer had followed an owner's log when it was last looked at.
struct CursorMark: Sendable {
    var session: UInt64
    var cursor: UInt64
}

/// What is read from the cores as a whole, now and then.
extension Simulation {
    /// `isQuiet`: everything is read, however large the directories are.
    func sweep(isQuiet: Bool = false) {
        var comparison = CutComparison()
        let isWhole = readsAll(isQuiet: isQuiet)
        for host in hosts {
            guard let process = host.process else { continue }
            checkMembers(host, process)
            checkLogs(host, process, isWhole: isWhole, &comparison)
            checkCounters(host, process)
            checkTables(host, process)
            refreshTruth(subject(of: host.beacon), host)
        }
        closeWatches()
    }

    /// The reading interface tells the same as the changes did.
    private func checkMembers(_ host: Host, _ process: BeaconProcess) {
        let me = process.cluster.me
        if me.state != .alive, !process.isLeaving { fail(.s6, "host \(host.index) is \(me.state)", [host.index]) }
        for status in process.cluster.members {
            let subject = subject(of: status.member.beacon)
            guard subject >= 0, subject < members, !truth[subject].isDisputed else { continue }
            let row = rows[host.index, subject]
            if !row.isSame(status.member) {
                fail(
                    .contract, "host \(host.index): \(status.member.text) was told as \(row.text)",
                    [host.index, subject])
            }
        }
    }

    // MARK: Logs

    /// Small directories are read whole each time, larger ones every tenth time; of the largest fleets a few rows.
    private func readsAll(isQuiet: Bool) -> Bool {
        guard members <= 16 else { return false }
        sweeps += 1
        return isQuiet || nodes.count <= 256 || sweeps % 10 == 0
    }

    private func checkLogs(
        _ host: Host, _ process: BeaconProcess, isWhole: Bool, _ comparison: inout CutComparison
    ) {
        let owners = process.cluster.owners
        let cut = cut(host, process, owners, isWhole: isWhole)
        for log in cut.logs {
            guard let log, case let subject = subject(of: log.status.owner), !truth[subject].isDisputed else {
                continue
            }
            checkCursor(log.status, subject, at: host)
            guard log.status.isSettled, let other = comparison.add(log, of: host.index, withRows: isWhole) else {
                continue
            }
            fail(
                .s7, "log of member \(subject) at \(log.status.cursor): hosts \(host.index) and \(other) differ",
                [host.index, other])
        }
    }

    private func checkCursor(_ owner: OwnerStatus, _ subject: Int, at host: Host) {
        if owner.cursor > owner.head {
            fail(
                .s8, "host \(host.index): cursor \(owner.cursor) of \(owner.owner), head \(owner.head)", [host.index])
        }
        let place = UInt64(host.index) << 32 | UInt64(subject)
        let (session, cursor) = (owner.session.rawValue, owner.cursor)
        if let mark = cursors[place], (session, cursor) < (mark.session, mark.cursor),
            !isGivenUp(owner, subject, at: host)
        {
            fail(
                .s8, "host \(host.index): cursor of \(owner.owner) falls from \(mark) to \(session), \(cursor)",
                [host.index, subject])
        }
        cursors[place] = CursorMark(session: session, cursor: cursor)
    }

    /// The log of a member that was dead for as long as its entries are kept has been dropped, and begins anew. By the
    /// host's own clock, which may run a tenth fast.
    private func isGivenUp(_ owner: OwnerStatus, _ subject: Int, at host: Host) -> Bool {
        let row = rows[host.index, subject]
        let kept = DirectorySettings().quarantine.nanoseconds * 9 / 10
        return owner.cursor == 0 && row.state?.isRoutable == false && now.since(row.since).nanoseconds >= kept
    }

    func clearCursors(of host: Host) {
        for subject in 0..<members { cursors[UInt64(host.index) << 32 | UInt64(subject)] = nil }
    }

    // MARK: Counters

    private func checkCounters(_ host: Host, _ process: BeaconProcess) {
        let counters = process.cluster.counters
        let outcomes = counters.opened + counters.dropped.reduce(0, +)
        if counters.datagramsReceived != outcomes {
            fail(
                .contract, "host \(host.index): \(counters.datagramsReceived) datagrams, \(outcomes) outcomes",
                [host.index])
        }
        if host.traffic.peak > scenario.trafficLimit {
            fail(.s15, "host \(host.index) has sent \(host.traffic.peak) bytes in a second", [host.index])
        }
    }
}
