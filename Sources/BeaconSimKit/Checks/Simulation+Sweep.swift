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
    /// `isQuiet`: no registration is on its way, so that an owner's own digest is that of its head.
    func sweep(isQuiet: Bool = false) {
        var digests: [DigestKey: DigestMark] = [:]
        for host in hosts {
            guard let process = host.process else { continue }
            checkMembers(host, process)
            checkOwners(host, process, isQuiet, &digests)
            checkCounters(host, process)
            checkRoutes(host, process)
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

    struct DigestKey: Hashable {
        var owner: UInt32
        var session: UInt64
        var cursor: UInt64
    }

    struct DigestMark {
        var root: UInt64
        var entries: Int
        var host: Int
    }

    private func checkOwners(
        _ host: Host, _ process: BeaconProcess, _ isQuiet: Bool, _ digests: inout [DigestKey: DigestMark]
    ) {
        for owner in process.cluster.owners {
            let subject = subject(of: owner.owner)
            guard subject >= 0, subject < members, !truth[subject].isDisputed else { continue }
            if owner.cursor > owner.head {
                fail(
                    .s8, "host \(host.index): cursor \(owner.cursor) of \(owner.owner), head \(owner.head)",
                    [host.index])
            }
            checkCursor(owner, subject, at: host)
            if owner.owner == host.beacon, !isQuiet { continue }
            let key = DigestKey(owner: owner.owner.rawValue, session: owner.session.rawValue, cursor: owner.cursor)
            if let mark = digests[key] {
                if mark.root != owner.root || mark.entries != owner.entries {
                    let text = "\(owner.entries) entries, at host \(mark.host) \(mark.entries)"
                    fail(
                        .s7, "log of \(owner.owner) at \(owner.cursor): host \(host.index) has \(text)",
                        [host.index, mark.host, subject])
                }
            } else {
                digests[key] = DigestMark(root: owner.root, entries: owner.entries, host: host.index)
            }
        }
    }

    private func checkCursor(_ owner: OwnerStatus, _ subject: Int, at host: Host) {
        let place = UInt64(host.index) << 32 | UInt64(subject)
        let (session, cursor) = (owner.session.rawValue, owner.cursor)
        if let mark = cursors[place], (session, cursor) < (mark.session, mark.cursor) {
            fail(
                .s8, "host \(host.index): cursor of \(owner.owner) falls from \(mark) to \(session), \(cursor)",
                [host.index, subject])
        }
        cursors[place] = CursorMark(session: session, cursor: cursor)
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

    // MARK: Look-ups

    private func checkRoutes(_ host: Host, _ process: BeaconProcess) {
        let budget = members <= 16 ? nodes.count : min(nodes.count, 20)
        for step in 0..<budget {
            let index = budget == nodes.count ? step : dice.below(nodes.count)
            if let route = process.table.find(SimNode.id(index)) { check(route, of: index, at: host) }
        }
    }
}
