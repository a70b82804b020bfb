import BeaconBasics
import Dispatch
import Testing

@testable import BeaconFleet

@Suite(.timeLimit(.minutes(5)))
struct PeerNamesTests {
    private final class Lists: Sendable {
        private let all = Guarded([RegistryBeacons]())
        private let arrived = DispatchSemaphore(value: 0)

        var count: Int { all.withLock { $0.count } }

        func add(_ list: RegistryBeacons) {
            all.withLock { $0.append(list) }
            arrived.signal()
        }

        func next() -> RegistryBeacons {
            arrived.wait()
            return all.withLock { $0.last! }
        }
    }

    /// At the start, and again after every 30 ticks.
    @Test func namesAreLookedUpEveryThirtySeconds() {
        let lists = Lists()
        let names = PeerNames([HostPort("localhost:7")!, HostPort("192.0.2.1:9001")!]) { lists.add($0) }
        names.start()
        let first = lists.next()
        #expect(first.addresses.count == 2 && first.addresses[0].isLoopback && first.addresses[0].port == 7)
        for _ in 1..<PeerNames.interval { names.tick() }
        #expect(lists.count == 1)
        names.tick()
        #expect(lists.next() == first)
        #expect(lists.count == 2)
        names.stop()
    }

    @Test func literalAddressesAreToldOnce() {
        let lists = Lists()
        let names = PeerNames([HostPort("192.0.2.1:9001")!]) { lists.add($0) }
        names.start()
        #expect(lists.next().addresses == [Address("192.0.2.1:9001")!])
        for _ in 0..<3 * PeerNames.interval { names.tick() }
        names.stop()
        #expect(lists.count == 1)
    }

    /// Of the lists that come while one is being looked up, only the newest is.
    @Test func onlyTheNewestListWaits() {
        let lists = Lists()
        let begun = DispatchSemaphore(value: 0)
        let stuck = DispatchSemaphore(value: 0)
        let lookUps = BeaconLookUps { list in
            if list.addresses.first?.port == 1 {
                begun.signal()
                stuck.wait()
            }
            lists.add(list)
        }
        for port in 1...4 {
            lookUps.resolve([HostPort("192.0.2.1:\(port)")!])
            if port == 1 { begun.wait() }
        }
        stuck.signal()
        #expect([lists.next(), lists.next()].last?.addresses == [Address("192.0.2.1:4")!])
        lookUps.stop()
        #expect(lists.count == 2)
    }

    @Test func afterTheEndNothingIsLookedUp() {
        let names = PeerNames([HostPort("localhost:7")!]) { _ in Issue.record("a list") }
        names.stop()
        names.start()
        for _ in 0..<PeerNames.interval { names.tick() }
    }
}
