import BeaconBasics
import BeaconCluster
import BeaconMembership

@testable import BeaconSimKit

extension Simulation {
    /// A fleet of `members` that has stood for a while, all nodes registered, and nothing planned: what a test breaks.
    static func standing(
        _ members: Int = 5, seed: UInt64 = 7, seconds: UInt64 = 20, _ change: (inout Scenario) -> Void = { _ in }
    ) -> Simulation {
        let scenario = Scenario("test", "for a test").with {
            $0.nodesPerBeacon = 4
            $0.length = .seconds(10_000)
            change(&$0)
        }
        let simulation = Simulation(scenario, members: members, seed: seed)
        simulation.quietFrom = simulation.plan.end
        simulation.startFleet()
        simulation.queue.push(.observe, at: simulation.now + .milliseconds(100))
        simulation.queue.push(.sweep, at: simulation.now + .seconds(1))
        simulation.pass(.seconds(seconds))
        return simulation
    }

    /// Lets time pass, until a property fails.
    func pass(_ delay: Delay) { _ = run(until: now + delay) }

    var broken: Property? { violation?.property }

    func process(_ index: Int) -> BeaconProcess { hosts[index].process! }

    /// What observer 0 would be told of a member, as a change from what it was told last.
    func tell(
        _ subject: Int, _ state: MemberState, incarnation: UInt32? = nil, session: UInt64? = nil, by observer: Int = 0,
        evidence: Evidence? = nil
    ) {
        let host = hosts[observer]
        let previous = process(observer).cluster.members.first { $0.member.beacon == hosts[subject].beacon }?.member
        var member = previous!
        member.state = state
        if let incarnation { member.incarnation = incarnation }
        if let session { member.session = SessionID(session) }
        let change = MemberChange(member: member, previous: previous, evidence: evidence)
        take(.member(change), of: host, process(observer))
    }

    /// A datagram that one host has sent the other and that never arrived: the link is cut behind the checks' back.
    func undelivered(from: Int, to: Int) -> [UInt8]? {
        recorder.isOn = true
        network.setCut(from: from, to: to, true)
        defer { network.setCut(from: from, to: to, false) }
        let end = now + .seconds(30)
        while now < end {
            pass(.milliseconds(10))
            if let capture = recorder.captures.last(where: { $0.from == from && $0.to == to }) { return capture.bytes }
        }
        return nil
    }
}
