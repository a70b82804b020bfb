import BeaconBasics
import BeaconDirectory

/// A change of the directory that is watched on its way to everybody.
struct Watch: Sendable {
    var node: Int
    var subject: Int
    var home: Int
    var since: Moment
    var seen = 0
}

/// At most 64 at a time: a process keeps a bit for each.
struct Watches: Sendable {
    var active: UInt64 = 0
    var slots: [Watch?] = Array(repeating: nil, count: 64)
    /// How many at a time.
    var limit = 4
}

extension Simulation {
    // MARK: L6

    /// Follows this registration, if there is room.
    func watch(_ index: Int, at host: Host) {
        for slot in 0..<64 where watches.active & 1 << UInt64(slot) != 0 && watches.slots[slot]?.node == index {
            endWatch(slot)
        }
        guard formedAt != nil, watches.active.nonzeroBitCount < watches.limit, isWell(host), nodes[index].twin < 0
        else {
            return
        }
        let slot = (~watches.active).trailingZeroBitCount
        guard slot < 64 else { return }
        watches.active |= 1 << UInt64(slot)
        watches.slots[slot] = Watch(node: index, subject: subject(of: host.beacon), home: host.index, since: now)
        for other in hosts { other.process?.seen &= ~(1 << UInt64(slot)) }
        host.process?.seen |= 1 << UInt64(slot)
    }

    func lookAtWatches(_ host: Host, _ process: BeaconProcess) {
        var open = watches.active & ~process.seen
        while open != 0 {
            let slot = open.trailingZeroBitCount
            open &= open - 1
            guard let watch = watches.slots[slot] else { continue }
            guard let route = process.table.find(SimNode.id(watch.node)) else { continue }
            check(route, of: watch.node, at: host)
            guard subject(of: route.beacon) == watch.subject else { continue }
            process.seen |= 1 << UInt64(slot)
            watches.slots[slot]!.seen += 1
            if isWell(host), isWell(hosts[watch.home]), !areSeparated(host.index, watch.home) {
                report.measure(.directory, now.since(watch.since))
            }
        }
    }

    func endWatch(_ slot: Int) {
        watches.active &= ~(1 << UInt64(slot))
        watches.slots[slot] = nil
    }

    /// Watches that everybody has seen, or that have lasted long enough, make room.
    func closeWatches() {
        for slot in 0..<64 where watches.active & 1 << UInt64(slot) != 0 {
            guard let watch = watches.slots[slot] else { continue }
            let bit = UInt64(1) << UInt64(slot)
            let isSeen = hosts.allSatisfy { $0.process == nil || $0.process!.seen & bit != 0 }
            if !isSeen { checkWatch(slot, watch) }
            if isSeen || now.since(watch.since) > .seconds(10) { endWatch(slot) }
        }
    }

    // MARK: S9, S10

    func check(_ route: DirectoryRoute, of index: Int, at host: Host) {
        let subject = subject(of: route.beacon)
        guard subject >= 0, subject < members else {
            return fail(.s9, "host \(host.index): node \(index) is at \(route.beacon), which is nobody", [host.index])
        }
        guard !truth[subject].isDisputed else { return }
        if !nodes[index].issuers.contains(Int32(subject)) {
            fail(
                .s9, "host \(host.index): node \(index) at member \(subject), which never had it",
                [host.index, subject])
        }
        let row = rows[host.index, subject]
        if row.state?.isRoutable != true {
            fail(.s10, "host \(host.index): node \(index) at member \(subject): \(row.text)", [host.index, subject])
        }
    }
}
