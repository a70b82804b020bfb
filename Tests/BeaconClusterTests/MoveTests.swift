import BeaconBasics
import BeaconCluster
import BeaconMembership
import BeaconTestKit
import Testing

/// A node that moves to another beacon: the one that it leaves hears of it at once and directly.
@Suite struct MoveTests {
    let network = FakeNetwork()
    let home: FakeBeacon
    let other: FakeBeacon
    private let node = NodeID(7)

    /// Node 7 is at beacon 1.
    init() {
        let fleet = network.startFleet(3)
        (home, other) = (fleet[0], fleet[1])
        network.act(home) { [node] in $0.registered(node, at: $1) }
        let known = network.wait(.seconds(1)) { [other] in other.route(7) == 1 }
        #expect(known)
    }

    private func drain() {
        network.act(home) { $0.setDrain(DrainDeadline(unixSeconds: 1), at: $1) }
        #expect(network.wait(.seconds(2)) { other.cluster.members.contains { $0.member.isDraining } })
    }

    private func register() { network.act(other) { [node] in $0.registered(node, at: $1) } }

    @Test func theDrainingBeaconHearsOfItBeforeTheLogComes() throws {
        drain()
        // A change a moment before: the next flush is 50 ms away.
        network.act(other) { $0.registered(NodeID(8), at: $1) }
        #expect(network.wait(.seconds(1)) { home.route(8) == 2 })
        let begun = network.now
        register()
        #expect(network.wait(.milliseconds(20)) { !home.moved.isEmpty })
        let move = try #require(home.moved.first)
        #expect(move.node == node && move.to == other.cluster.me.data)
        #expect(home.withdrawn.isEmpty, "the log has not come yet")
        #expect(network.wait(.seconds(1)) { home.withdrawn.map(\.node) == [node] })
        #expect(move.at.since(begun) <= .milliseconds(20))
        #expect(other.counters.movesTold == 1 && home.counters.movesHeard == 1)
    }

    @Test func soDoesAServingOne() {
        register()
        #expect(network.wait(.milliseconds(20)) { home.moved.map(\.node) == [node] })
        #expect(network.wait(.seconds(1)) { home.withdrawn.map(\.node) == [node] })
    }

    @Test(arguments: [true, false])
    func whoComesBackBeforeTheLogStays(isTold: Bool) {
        // The next flush of the other is 50 ms away.
        network.act(other) { $0.registered(NodeID(8), at: $1) }
        #expect(network.wait(.seconds(1)) { home.route(8) == 2 })
        if !isTold { network.passes = { [other, home] from, to in from != other.address || to != home.address } }
        register()
        #expect(network.wait(.milliseconds(20)) { !home.moved.isEmpty } == isTold)
        network.passes = { _, _ in true }
        network.act(home) { [node] in $0.registered(node, at: $1) }
        // Untold, it keeps the stamp of the second that has not passed: the registration that the log brings is the later.
        let (loser, winner) = isTold ? (other, home) : (home, other)
        #expect(network.wait(.seconds(3)) { loser.withdrawn.map(\.node) == [node] })
        #expect(winner.withdrawn.isEmpty && loser.route(7) == winner.id.rawValue)
        #expect(home.counters.movesTold == (isTold ? 1 : 0))
    }

    @Test func aNodeThatIsNewToAllIsToldNobody() {
        network.act(other) { $0.registered(NodeID(8), at: $1) }
        #expect(network.wait(.seconds(1)) { home.route(8) == 2 })
        #expect(home.moved.isEmpty && other.counters.movesTold == 0)
    }

    @Test func theMessageIsNotNeeded() {
        drain()
        network.passes = { [other, home] from, to in from != other.address || to != home.address }
        register()
        #expect(!network.wait(.milliseconds(40)) { !home.moved.isEmpty })
        network.passes = { _, _ in true }
        #expect(network.wait(.seconds(3)) { home.withdrawn.map(\.node) == [node] })
    }

    @Test func theDeadlineTravels() {
        network.act(home) { $0.setDrain(DrainDeadline(unixSeconds: 4_000_000_000), at: $1) }
        let seen = network.wait(.seconds(2)) {
            other.cluster.members.contains { $0.member.drain == DrainDeadline(unixSeconds: 4_000_000_000) }
        }
        #expect(seen)
        network.act(home) { $0.setDrain(DrainDeadline(unixSeconds: 4_000_000_100), at: $1) }
        let changed = network.wait(.seconds(2)) {
            other.cluster.members.contains { $0.member.drain == DrainDeadline(unixSeconds: 4_000_000_100) }
        }
        #expect(changed)
    }
}
