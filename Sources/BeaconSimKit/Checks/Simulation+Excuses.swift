import BeaconBasics
import BeaconCluster
import BeaconCrypto

/// What is not held against the fleet, because the plan did it. An excuse is of a host (it was slow, deaf, mute, or shares
/// its id) or of a pair (a partition, or in the smallest fleets a cut link, was between the two); of nobody else, and for
/// no longer than `grace` after the trouble's end.
extension Simulation {
    /// How long after a trouble's end a verdict may still follow from it: a suspicion that began in it lasts up to 12 s
    /// with a single accuser, and its last chance and the news of it take some more.
    static let grace = Delay.seconds(12)
    /// From so many members on somebody is left to go round a cut link.
    static let membersForRelays = 4
    /// In a fleet of no more a ping carries the heads of all logs that are not the sender's.
    static let headsInDatagram = 16

    func isRunning(_ subject: Int, session: SessionID) -> Bool {
        guard let process = hosts[subject].process, !process.isLeaving else { return false }
        return process.cluster.me.session == session
    }

    func isWell(_ host: Host) -> Bool { host.process != nil && host.excusedUntil <= now }

    /// Whether the host has run since `moment`, without a trouble of its own that could still show.
    func wasWell(_ host: Host, since moment: Moment) -> Bool {
        guard let process = host.process, process.startedAt <= moment, !process.isLeaving else { return false }
        return host.excusedUntil <= moment || (host.excusedUntil <= now && now.since(moment) <= Self.grace)
    }

    /// Whether the two could not talk at `moment` or later, or so shortly before it that it still shows.
    func werePartedSince(_ moment: Moment, _ a: Int, _ b: Int) -> Bool {
        let last = pairTroubles.last(a, b)
        guard last > Moment(nanoseconds: 0) else { return false }
        return last == BeaconProcess.never || last + Self.grace > moment
    }

    func areSeparated(_ a: Int, _ b: Int) -> Bool { werePartedSince(now, a, b) }

    /// Whether they have a key in common to talk with.
    func shareKey(_ a: Host, _ b: Host) -> Bool {
        a.keys == b.keys || a.keys.secrets.contains { b.keys.contains($0) }
    }

    /// Both well since `moment`, and free to talk: what is promised of a pair is promised of this one.
    func isPromised(_ a: Int, _ b: Int, since moment: Moment) -> Bool {
        !truth[subject(of: hosts[a].beacon)].isDisputed && !truth[subject(of: hosts[b].beacon)].isDisputed
            && wasWell(hosts[a], since: moment) && wasWell(hosts[b], since: moment) && !werePartedSince(moment, a, b)
            && shareKey(hosts[a], hosts[b])
    }

    private func isCut(_ a: Int, _ b: Int) -> Bool { network.isCut(from: a, to: b) || network.isCut(from: b, to: a) }

    /// Whether a link between the two was cut at `moment` or later, in a fleet so large that a datagram does not carry
    /// the heads of all logs: then a newcomer (L8) hears in no certain time how far the other's log has come. Without
    /// this excuse one in six runs of `hundred` had an entry that was not there after 10 s. Changes (L6) and frames (L9)
    /// have none.
    func isRoundabout(_ a: Int, _ b: Int, since moment: Moment) -> Bool {
        let last = cutTroubles.last(a, b)
        return members > Self.headsInDatagram
            && (last == BeaconProcess.never || last > Moment(nanoseconds: 0) && last + scenario.directoryLimit > moment)
    }

    /// Whether somebody is left to go round a cut link between the two: who runs, keeps pace, hears and is heard.
    private func haveRelay(_ a: Int, _ b: Int) -> Bool {
        hosts.prefix(members).contains { host in
            let c = host.index
            guard c != a, c != b, let process = host.process, !process.isLeaving, host.pace.isNormal else {
                return false
            }
            return [(a, c), (c, a), (b, c), (c, b)].allSatisfy { !network.isBlocked(from: $0, to: $1) }
        }
    }

    /// The network's faults have changed, or who runs while a link is cut. With fewer than four members a cut link may
    /// leave no relay to go round it.
    func noteTroubles() {
        pairTroubles.update(at: now) { a, b in
            if network.areParted(a, b) { return true }
            return isCut(a, b) && (members < Self.membersForRelays || !haveRelay(a, b))
        }
        cutTroubles.update(at: now) { a, b in isCut(a, b) }
    }
}
