import BeaconBasics
import BeaconCluster
import BeaconDirectory

/// What must come true within a time of its own while the faults last: each promise is looked at when it falls due, and
/// only pairs that were well and could talk all the time are held to it.
extension Simulation {
    // MARK: L3

    /// The observer holds the subject suspect from now on.
    func expectRefutation(of subject: Int, _ incarnation: UInt32, at host: Host) {
        guard hosts[subject].process != nil, isPromised(host.index, subject, since: now) else { return }
        queue.push(
            .refutationDue, at: now + scenario.refutationLimit, host: host.index, first: UInt32(subject),
            second: incarnation)
    }

    func checkRefutation(of subject: Int, _ incarnation: UInt32, at host: Host) {
        let row = rows[host.index, subject]
        let since = row.state == .dead ? row.since : row.suspectedAt
        guard row.state == .suspect || row.state == .dead, row.incarnation == incarnation,
            now >= since + scenario.refutationLimit, isRunning(subject, session: SessionID(row.session)),
            isPromised(host.index, subject, since: since)
        else { return }
        fail(.l3, "host \(host.index) still accuses member \(subject): \(row.text)", [host.index, subject])
    }

    // MARK: L4 and L8

    /// A process has started in a fleet that stands.
    func expectJoin(of host: Host, _ process: BeaconProcess) {
        guard formedAt != nil, host.index < members else { return }
        queue.push(.joinDue, at: now + scenario.visibleLimit, host: host.index, first: process.life)
        queue.push(.bootstrapDue, at: now + scenario.bootstrapLimit, host: host.index, first: process.life)
    }

    /// Whether anybody that the process asks could answer it all the time: nobody else knows that it is there.
    func hadSeed(_ host: Host, _ process: BeaconProcess) -> Bool {
        (0..<min(Self.seedCount, members)).contains {
            $0 != host.index && isPromised($0, host.index, since: process.startedAt)
        }
    }

    func checkJoin(of host: Host, life: UInt32) {
        guard let process = host.process, process.life == life, hadSeed(host, process) else { return }
        let me = process.cluster.me.session.rawValue
        for other in hosts.prefix(members) where other.index != host.index {
            guard isPromised(other.index, host.index, since: process.startedAt) else { continue }
            let seen = rows[other.index, host.index]
            if seen.session != me || seen.state?.isRoutable != true {
                fail(
                    .l4, "host \(other.index) of member \(host.index), which has joined: \(seen.text)",
                    [other.index, host.index])
            }
            let sees = rows[host.index, other.index]
            if sees.state?.isRoutable != true {
                fail(
                    .l4, "host \(host.index), which has joined, of member \(other.index): \(sees.text)",
                    [host.index, other.index])
            }
        }
    }

    func checkBootstrap(of host: Host, life: UInt32) {
        guard let process = host.process, process.life == life, hadSeed(host, process) else { return }
        for index in nodes.indices where isSettled(index, since: process.startedAt) {
            let home = nodes[index].home
            guard home != host.index, isPromised(home, host.index, since: process.startedAt),
                !isRoundabout(home, host.index, since: process.startedAt)
            else { continue }
            let found = process.table.find(SimNode.id(index)).map { subject(of: $0.beacon) }
            guard process.nodes[SimNode.id(index).rawValue] == nil, found != home else { continue }
            report.failedNode = index
            fail(
                .l8, "host \(host.index), \(now.since(process.startedAt)) old: node \(index) at \(found ?? -1)",
                [host.index, home])
        }
    }

    /// Registered at its home, at one place alone, since `moment` at least.
    func isSettled(_ index: Int, since moment: Moment) -> Bool {
        let node = nodes[index]
        guard node.home >= 0, node.twin < 0, node.registered == node.home, node.settledAt <= moment else {
            return false
        }
        return hosts[node.home].process?.nodes[SimNode.id(index).rawValue]?.address == node.address
    }

    // MARK: L6

    /// A watched registration has had its time.
    func checkWatch(_ slot: Int, _ watch: Watch) {
        guard now >= watch.since + scenario.directoryLimit, isSettled(watch.node, since: watch.since) else { return }
        for host in hosts.prefix(members) where host.index != watch.home {
            guard let process = host.process, process.seen & 1 << UInt64(slot) == 0,
                process.startedAt + scenario.bootstrapLimit <= watch.since,
                process.nodes[SimNode.id(watch.node).rawValue] == nil,
                isPromised(host.index, watch.home, since: watch.since),
                hosts[watch.home].process!.startedAt + scenario.visibleLimit <= watch.since
            else { continue }
            let found = process.table.find(SimNode.id(watch.node)).map { subject(of: $0.beacon) }
            guard found != watch.subject else { continue }
            // What an owner ships does not pass a cut link, and a datagram of another has room for the heads of sixteen logs:
            // in a large fleet the news are heard of when their turn comes. Longest seen in 200 runs of a hundred: 3.9 s.
            if isRoundabout(host.index, watch.home, since: watch.since), now < watch.since + .seconds(6) { continue }
            report.failedNode = watch.node
            fail(
                .l6,
                "host \(host.index): node \(watch.node) at \(found ?? -1), since \(watch.since.text) at \(watch.home)",
                [host.index, watch.home])
        }
    }

    // MARK: L10

    /// Members have just been declared dead or have left here: nothing may lead to them any more.
    func checkFallen(_ host: Host, _ process: BeaconProcess) {
        for subject in process.fallen where rows[host.index, subject].state?.isRoutable == false {
            guard !truth[subject].isDisputed else { continue }
            for index in nodes.indices.lazy.filter({ self.nodes[$0].registered == subject }).prefix(8) {
                guard process.table.find(SimNode.id(index))?.beacon == hosts[subject].beacon else { continue }
                let text = rows[host.index, subject].text
                fail(.l10, "host \(host.index): node \(index) at member \(subject): \(text)", [host.index, subject])
            }
        }
        process.fallen.removeAll(keepingCapacity: true)
    }
}
