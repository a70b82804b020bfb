import BeaconBasics
import BeaconMembership
import Testing

@Suite struct IdentityTests {
    /// Host 5 says that it is the beacon of host 2, too.
    private func doubled(session: UInt64?, seed: UInt64) -> FakeNetwork {
        var network = FakeNetwork.settled(5, seed: seed)
        network.start(contacts: [0], session: session, beacon: 3)
        return network
    }

    @Test(arguments: [nil, 5, 1_000_000] as [UInt64?]) func bothReportAndTheElderKeepsIt(session: UInt64?) {
        var network = doubled(session: session, seed: 41)
        network.run(.seconds(5))
        // The fleet began at 1,000,000 ms. Of one birth, the lower address is the elder.
        let elder = (session ?? .max) < 1_000_000 ? 5 : 2
        #expect(network.hosts[elder].duplicates == [true])
        #expect(network.hosts[7 - elder].duplicates == [false])
        network.run(.seconds(30))
        for host in [0, 1, 3, 4] {
            let row = network.hosts[host].membership.member(BeaconID(3))
            #expect(row?.control == FakeNetwork.control(elder))
            #expect(row?.state == .alive)
        }
    }

    @Test func theLoserTakesOverWhenTheWinnerIsGone() {
        var network = doubled(session: nil, seed: 42)
        network.run(.seconds(5))
        #expect(network.hosts[2].duplicates == [true])
        network.crash(2)
        network.run(.seconds(30))
        for host in [0, 1, 3, 4] {
            let row = network.hosts[host].membership.member(BeaconID(3))
            #expect(row?.control == FakeNetwork.control(5))
            #expect(row?.state == .alive)
        }
    }

    /// The same beacon at a new address is no double of itself.
    @Test func aMoveIsNoDouble() {
        var network = FakeNetwork.settled(5, seed: 43)
        network.crash(2)
        network.start(contacts: [0], beacon: 3)
        network.run(.seconds(5))
        #expect(network.hosts[5].duplicates.isEmpty)
        for host in [0, 1, 3, 4] {
            #expect(network.hosts[host].membership.member(BeaconID(3))?.control == FakeNetwork.control(5))
        }
    }

    /// Moved, and with its clock behind: the old life does not answer any more, so the new one rises above it.
    @Test func aMoveWithAClockBehind() {
        var network = FakeNetwork.settled(5, seed: 44)
        network.crash(2)
        network.start(contacts: [0], session: 7, beacon: 3)
        network.run(.seconds(6))
        #expect(network.hosts[5].duplicates.isEmpty)
        #expect(network.hosts[5].raised.count == 1)
        for host in [0, 1, 3, 4] {
            #expect(network.hosts[host].membership.member(BeaconID(3))?.control == FakeNetwork.control(5))
        }
    }
}
