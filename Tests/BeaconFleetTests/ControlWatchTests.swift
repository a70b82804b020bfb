import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconFleet

/// Peers whose data port answers hellos while their control plane is not heard.
@Suite struct ControlWatchTests {
    private let start = ManualClock().now
    private let beacon = BeaconID(9)

    private func peer(answeredAt: Moment?) -> HelloPeer {
        var peer = HelloPeer(address: Address("192.0.2.9:9001")!, since: start)
        peer.kind = .member(beacon, control: Address("192.0.2.9:9011")!)
        peer.answeredAt = answeredAt
        return peer
    }

    private func at(_ seconds: UInt64) -> Moment { start + .seconds(seconds) }

    @Test func whoAnswersAndIsNotHeardIsBlockedAfterTenSeconds() {
        var watch = ControlWatch()
        let peer = peer(answeredAt: start)
        #expect(watch.update([peer], at: start + .milliseconds(1)) { _ in false }.isEmpty)
        #expect(watch.deadline == at(10))
        #expect(watch.update([peer], at: at(9)) { _ in false }.isEmpty && watch.blocked.isEmpty)
        #expect(watch.update([peer], at: at(10)) { _ in false } == [peer])
        #expect(watch.blocked == [peer.address])
        #expect(watch.deadline == at(610), "told again after ten minutes, and not before")
        #expect(watch.update([peer], at: at(609)) { _ in false }.isEmpty)
        #expect(watch.update([peer], at: at(610)) { _ in false } == [peer])
        #expect(watch.deadline == at(1_210))
    }

    @Test func whoIsHeardIsNotBlockedAnyMore() {
        var watch = ControlWatch()
        let peer = peer(answeredAt: start)
        _ = watch.update([peer], at: start) { _ in false }
        _ = watch.update([peer], at: at(10)) { _ in false }
        #expect(watch.update([peer], at: at(11)) { $0 == beacon }.isEmpty)
        #expect(watch.blocked.isEmpty && watch.deadline == nil)
        // It comes and goes: it is blocked again, and not told of again so soon.
        var again = peer
        again.answeredAt = at(30)
        #expect(watch.update([again], at: at(20)) { _ in false }.isEmpty)
        #expect(watch.update([again], at: at(30)) { _ in false }.isEmpty)
        #expect(watch.blocked == [peer.address] && watch.deadline == at(610))
    }

    /// A member that dies is no blocked one: its data port says nothing either. Only an answer after that is a sign.
    @Test func whoHasDiedIsNotBlocked() {
        var watch = ControlWatch()
        let before = peer(answeredAt: start)
        _ = watch.update([before], at: start) { _ in true }
        #expect(watch.update([before], at: at(20)) { _ in false }.isEmpty)
        #expect(watch.update([before], at: at(40)) { _ in false }.isEmpty)
        #expect(watch.blocked.isEmpty && watch.deadline == nil)
        #expect(watch.update([peer(answeredAt: at(41))], at: at(41)) { _ in false }.count == 1)
        #expect(watch.blocked.count == 1)
    }

    @Test func othersAreNotLookedAt() {
        var watch = ControlWatch()
        let peer = peer(answeredAt: start)
        _ = watch.update([peer], at: start) { _ in false }
        _ = watch.update([peer], at: at(10)) { _ in false }
        var silent = peer
        for kind in [HelloPeer.Kind.legacy, .unknown, .ourselves] {
            silent.kind = kind
            #expect(watch.update([silent], at: at(700)) { _ in false }.isEmpty)
            #expect(watch.blocked.isEmpty && watch.deadline == nil)
        }
        #expect(watch.update([], at: at(800)) { _ in false }.isEmpty)
    }

    @Test func blockedOnesAreNoMembersUntilTheyLive() {
        var members = FleetMembers()
        let peer = Address("192.0.2.9:9001")!
        members.answered = [peer]
        #expect(members.news() == [peer])
        members.blocked = [peer]
        #expect(members.news() == [])
        members.changed(
            Member(beacon: beacon, session: SessionID(1), control: peer.with(port: 9_011), data: peer))
        #expect(members.isLive(beacon) && !members.isLive(BeaconID(8)))
        #expect(members.news() == [peer])
    }
}
