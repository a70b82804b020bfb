import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory

/// A member that is not at one observer what it is.
struct Difference: Sendable {
    var observer: Int
    var subject: Int
    var text: String
}

/// What must come true in the end.
extension Simulation {
    static let observeInterval = Delay.milliseconds(50)
    static let restInterval = Delay.seconds(1)

    /// Looks whether the fleet is complete for the first time, and after the faults whether it is one again.
    func observe() {
        if isManual { return }
        if formedAt == nil {
            // A fleet in which not everybody has started yet would be complete before it exists.
            if hosts.prefix(members).allSatisfy({ $0.lives > 0 }), firstDifference() == nil {
                formedAt = now
                report.measure(.coldStart, now.since(Moment(nanoseconds: 0)))
            } else if now > Moment(nanoseconds: 0) + scenario.joinLimit {
                fail(.l4, "the fleet is not complete: \(firstDifference()?.text ?? "")")
            }
        } else if now >= quietFrom {
            observeHealing()
        }
        // Nothing to see between the start and the end of the faults.
        let isIdle = formedAt != nil && now < quietFrom
        queue.push(.observe, at: isIdle ? quietFrom : now + observePause)
    }

    /// Little is new after the views were found the same, and in a large fleet a look at all views and entries takes long.
    private var observePause: Delay {
        guard viewsSameAt != nil else { return Self.observeInterval }
        if now < plan.end { return Self.restInterval }
        return members > 200 ? .milliseconds(500) : Self.observeInterval
    }

    private func observeHealing() {
        if viewsSameAt == nil, firstDifference() == nil {
            viewsSameAt = now
            report.measure(.heal, now.since(quietFrom))
        }
        let limit = max(quietFrom + scenario.healLimit, lastCrash + scenario.detectionLimit)
        if now > limit, let difference = firstDifference(sparing: true) { failViews(difference) }
        guard now >= plan.end, directorySameAt == nil else { return }
        let entry = firstWrongEntry()
        if entry == nil { directorySameAt = now }
        if let (node, text) = entry, now > plan.end + scenario.settleLimit {
            report.failedNode = node
            fail(.l7, text)
        }
    }

    private func failViews(_ difference: Difference) {
        fail(.l5, "views differ: \(difference.text)", [difference.observer, difference.subject])
    }

    /// The first place where a view is not what is true; nil = all views are the same, and right.
    /// `sparing`: where datagrams are lost, somebody is under suspicion now and then, and may be for a while.
    func firstDifference(sparing: Bool = false) -> Difference? {
        for step in 0..<members {
            // Where one was last: as long as it is there, nothing else has to be looked at.
            let subject = (lastDifferent + step) % members
            guard let difference = firstDifference(about: subject, sparing: sparing) else { continue }
            lastDifferent = subject
            return difference
        }
        return nil
    }

    private func firstDifference(about subject: Int, sparing: Bool) -> Difference? {
        guard !truth[subject].isDisputed else { return nil }
        let isLossy = network.settings.loss > 0 || network.settings.burst != nil
        let process = hosts[subject].process
        let me = process?.cluster.me
        for host in hosts.prefix(members) where host.index != subject && host.process != nil {
            if truth[host.index].isDisputed { continue }
            let row = rows[host.index, subject]
            let isRight = me.map { process!.isLeaving || row.isSame($0) } ?? (row.state?.isRoutable != true)
            if isRight || sparing && isLossy && isPassing(row, subject) { continue }
            let text = "host \(host.index) of member \(subject): \(row.text); it is \(me?.text ?? "down")"
            return Difference(observer: host.index, subject: subject, text: text)
        }
        return nil
    }

    /// A suspicion, or a refutation that has not come everywhere yet: no older than a while.
    private func isPassing(_ row: MemberRow, _ subject: Int) -> Bool {
        if row.state == .suspect { return now.since(row.suspectedAt) < .seconds(12) }
        refreshTruth(subject, hosts[subject])
        return row.state == .alive && row.session == truth[subject].session
            && now.since(truth[subject].raisedAt) < .seconds(12)
    }

    /// The first entry that is not where its node is; nil = the directory is exact everywhere.
    private func firstWrongEntry() -> (node: Int, text: String)? {
        for step in nodes.indices {
            // Where one was last: as long as it is wrong, nothing else has to be looked at.
            let index = (lastWrongNode + step) % nodes.count
            guard let fault = fault(of: index) else { continue }
            lastWrongNode = index
            return (index, fault)
        }
        return nil
    }

    /// What somebody holds of this node that is not so.
    private func fault(of index: Int) -> String? {
        let node = nodes[index]
        guard node.home >= 0, node.twin < 0, hosts[node.home].process != nil else { return disagreement(about: index) }
        guard !truth[node.home].isDisputed, !hosts[node.home].process!.isDraining else { return nil }
        let id = SimNode.id(index)
        for host in hosts.prefix(members) where host.process != nil && !truth[host.index].isDisputed {
            let isLocal = host.process!.nodes[id.rawValue] != nil
            if host.index == node.home {
                if !isLocal { return "host \(host.index) does not have its node \(index)" }
                continue
            }
            if isLocal { return "host \(host.index) still has node \(index), which is at \(node.home)" }
            let route = host.process!.table.find(id)
            if route.map({ subject(of: $0.beacon) }) != node.home {
                let found = route.map { "member \(subject(of: $0.beacon))" } ?? "nobody"
                return "host \(host.index): node \(index) is at \(node.home), found \(found)"
            }
        }
        return nil
    }

    /// A node that is nowhere, or in two places: at least all say the same.
    private func disagreement(about index: Int) -> String? {
        let id = SimNode.id(index)
        var said: Int??
        for host in hosts.prefix(members) where host.process != nil && !truth[host.index].isDisputed {
            guard host.process!.nodes[id.rawValue] == nil else { continue }
            let found = host.process!.table.find(id).map { subject(of: $0.beacon) }
            if let said, said != found {
                return "node \(index) is \(said ?? -1) or \(found ?? -1), as host \(host.index) says"
            }
            said = found
        }
        return nil
    }

    /// L1: whoever was well all the time knows of the crash by now.
    func checkCrash(_ host: Host, life: UInt32) {
        guard host.process == nil, host.lives == life, let stopped = host.stoppedAt else { return }
        let subject = subject(of: host.beacon)
        guard !truth[subject].isDisputed else { return }
        for observer in hosts.prefix(members) {
            guard isWell(observer), observer.excusedUntil <= stopped, observer.process!.startedAt < stopped,
                !werePartedSince(stopped, observer.index, host.index)
            else { continue }
            let row = rows[observer.index, subject]
            if row.state?.isRoutable == true {
                fail(.l1, "host \(observer.index) of member \(subject): \(row.text)", [observer.index, subject])
            }
        }
    }

    /// L11: whoever runs seals with the same key in the end, and it is the last rotation's.
    func checkKeys() {
        guard report.faults[FaultClass.keyRotation.index] > 0 else { return }
        for host in hosts.prefix(members) {
            guard let process = host.process, process.cluster.keys.secrets.first != lastKey else { continue }
            fail(.l11, "host \(host.index) does not seal with the last key", [host.index])
        }
    }

    /// The last look at everything.
    func finish() {
        sweep(isQuiet: true)
        guard formedAt != nil else { return fail(.l4, "the fleet was never complete") }
        if viewsSameAt == nil { fail(.l5, "views were never the same: \(firstDifference()?.text ?? "")") }
        if let difference = firstDifference(sparing: true) { failViews(difference) }
        if !nodes.isEmpty, directorySameAt == nil { fail(.l7, "the directory was never exact") }
        checkKeys()
        for fault in scenario.exercises where report.faults[fault.index] == 0 {
            fail(.contract, "the run never exercised \(fault.rawValue)")
        }
    }
}
