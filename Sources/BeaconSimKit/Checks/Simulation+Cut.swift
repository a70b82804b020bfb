import BeaconBasics
import BeaconCluster
import BeaconDirectory

/// Everything that can be read of one process at one moment: what a post-mortem snapshot is written from. It must agree
/// with itself (S18) and with what the fleet has done (S7, S9, S10), and the look-up with it (S11).
struct Cut {
    /// What of one log is there.
    struct Log {
        var status: OwnerStatus
        var entries = 0
        /// XOR over (node, stamp).
        var digest: UInt64 = 0
    }

    let host: Int
    /// By subject.
    var logs: [Log?]

    init(host: Int, members: Int) {
        self.host = host
        logs = Array(repeating: nil, count: members)
    }

    static func hash(_ node: NodeID, _ stamp: Stamp) -> UInt64 {
        var hash = (UInt64(node.rawValue) &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9 ^ stamp.rawValue
        hash = (hash ^ hash >> 30) &* 0x94D0_49BB_1331_11EB
        return hash ^ hash >> 31
    }
}

extension Simulation {
    /// `isWhole`: every node is read, so that entries can be counted; else `budget` of them, drawn.
    func cut(_ host: Host, _ process: BeaconProcess, _ owners: [OwnerStatus], isWhole: Bool) -> Cut {
        var cut = Cut(host: host.index, members: members)
        for status in owners {
            let subject = subject(of: status.owner)
            guard subject >= 0, subject < members else {
                fail(.s9, "host \(host.index) has a log of \(status.owner), which is nobody", [host.index])
                continue
            }
            cut.logs[subject] = Cut.Log(status: status)
        }
        let budget = isWhole ? nodes.count : min(nodes.count, 20)
        for step in 0..<budget {
            let index = isWhole ? step : dice.below(nodes.count)
            let holders = process.table.holders(of: SimNode.id(index))
            for holder in holders { checkRow(holder, of: index, at: host, &cut) }
            checkWinner(index, holders, process.table.find(SimNode.id(index)), at: host, cut)
        }
        if isWhole { checkCounts(cut) }
        return cut
    }

    /// One stored row: S9 and S10.
    func checkRow(_ holder: NodeHolder, of index: Int, at host: Host, _ cut: inout Cut) {
        let subject = subject(of: holder.beacon)
        guard subject >= 0, subject < members else {
            return fail(.s9, "host \(host.index): node \(index) at \(holder.beacon), which is nobody", [host.index])
        }
        let isPresent = cut.logs[subject]?.status.session == holder.session
        if isPresent {
            cut.logs[subject]!.entries += 1
            cut.logs[subject]!.digest ^= Cut.hash(SimNode.id(index), holder.stamp)
        }
        guard !truth[subject].isDisputed else { return }
        if !nodes[index].issuers.contains(Int32(subject)) {
            fail(
                .s9, "host \(host.index): node \(index) at member \(subject), which never had it",
                [host.index, subject])
        }
        guard holder.isRoutable, !holder.isOwn else { return }
        let row = rows[host.index, subject]
        if row.state?.isRoutable != true || row.session != holder.session.rawValue || !isPresent {
            fail(
                .s10,
                "host \(host.index): node \(index) by session \(holder.session.rawValue) of \(subject): \(row.text)",
                [host.index, subject])
        }
    }

    /// S11: what the look-up says is what follows from the rows and from who is alive there.
    func checkWinner(_ index: Int, _ holders: [NodeHolder], _ route: DirectoryRoute?, at host: Host, _ cut: Cut) {
        let candidates = holders.filter { holder in
            let subject = subject(of: holder.beacon)
            guard !holder.isOwn, subject >= 0, subject < members else { return false }
            let row = rows[host.index, subject]
            return row.state?.isRoutable == true && row.session == holder.session.rawValue
                && cut.logs[subject]?.status.session == holder.session
        }
        let best = candidates.max { ($0.stamp, $0.beacon) < ($1.stamp, $1.beacon) }
        if best?.beacon == route?.beacon, best?.stamp == route?.stamp { return }
        // Of a disputed id, two processes' rows come and go under one name.
        if candidates.contains(where: { truth[subject(of: $0.beacon)].isDisputed }) { return }
        let said = route.map { "\($0.beacon)" } ?? "nobody"
        let right = best.map { "\($0.beacon)" } ?? "nobody"
        fail(.s11, "host \(host.index): node \(index) at \(said), its rows say \(right)", [host.index])
    }

    /// S18: as many rows of each log as its owner's status says.
    func checkCounts(_ cut: Cut) {
        for (subject, log) in cut.logs.enumerated() {
            guard let log, !truth[subject].isDisputed, log.entries != log.status.entries else { continue }
            fail(
                .s18, "host \(cut.host): \(log.entries) rows of member \(subject), said to be \(log.status.entries)",
                [cut.host, subject])
        }
    }
}

/// The logs of all hosts at one instant, by (owner, session, cursor): S7 of what is stored, not only of what is said of it.
struct CutComparison {
    private struct Key: Hashable {
        var owner: UInt32
        var session: UInt64
        var cursor: UInt64
    }

    private var marks: [Key: (host: Int, log: Cut.Log)] = [:]

    /// The host that has something else at the same cursor; nil = none.
    mutating func add(_ log: Cut.Log, of host: Int, withRows: Bool) -> Int? {
        let status = log.status
        let key = Key(owner: status.owner.rawValue, session: status.session.rawValue, cursor: status.cursor)
        guard let mark = marks[key] else {
            marks[key] = (host, log)
            return nil
        }
        let isSame =
            mark.log.status.root == status.root && mark.log.status.entries == status.entries
            && (!withRows || mark.log.digest == log.digest)
        return isSame ? nil : mark.host
    }
}
