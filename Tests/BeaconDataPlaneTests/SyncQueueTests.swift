import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Synchronization
import Testing

@testable import BeaconDataPlane

@Suite struct SyncQueueTests {
    private let peer = Address(host: "192.0.2.9", port: 9_001)!
    private let stranger = Address(host: "203.0.113.5", port: 9_001)!
    private let own = Address(host: "192.0.2.1", port: 9_001)!
    private let clock = ManualClock()

    private func queue(strict: Bool = false, wake: @escaping @Sendable () -> Void = {}) -> SyncQueue {
        let policy = SyncPolicy(
            isStrict: strict, peers: [peer.host], own: OwnAddress(bound: own, locals: LocalAddresses()))
        return SyncQueue(policy: policy, wake: wake)
    }

    private func offer(
        _ queue: SyncQueue, _ hex: String = "07·00000063·0001·0000000a", from source: Address, at now: Moment? = nil
    )
        -> Outcome
    {
        bytes(hex).withUnsafeBytes { queue.offer($0, from: source, at: now ?? clock.now) }
    }

    @Test func aSyncIsCopiedAndTheHousekeeperWoken() {
        let woken = Atomic<Int>(0)
        let queue = queue { woken.add(1, ordering: .relaxed) }
        #expect(offer(queue, from: peer) == .sync)
        #expect(offer(queue, "07·00000063·0002·0000000a", from: peer) == .malformed)
        #expect(offer(queue, "07·000000", from: peer) == .runt)
        #expect(woken.load(ordering: .relaxed) == 1)
        let items = queue.drain()
        #expect(items.map { hex($0.bytes) } == ["070000006300010000000a"])
        #expect(items.map(\.source) == [peer])
        #expect(queue.drain().isEmpty)
    }

    /// protocol.md §12.6 G9: the IP decides, the port does not.
    @Test func strictMeansPeersOnly() {
        let queue = queue(strict: true)
        #expect(offer(queue, from: stranger) == .syncStranger)
        #expect(offer(queue, from: peer) == .sync)
        #expect(offer(queue, from: peer.with(port: 5)) == .sync)
        #expect(self.queue().drain().isEmpty)
        #expect(offer(self.queue(), from: stranger) == .sync)
    }

    @Test func neitherOurselvesNorWhoCannotBeReachedIsTaken() {
        let queue = queue()
        #expect(offer(queue, from: own) == .ownSource)
        #expect(offer(queue, from: Address(host: "224.0.0.1", port: 9)!) == .badSource)
        #expect(offer(queue, from: peer.with(port: 0)) == .badSource)
    }

    @Test func theQueueIsBounded() {
        let queue = queue()
        for _ in 0..<SyncQueue.capacity { #expect(offer(queue, from: peer) == .sync) }
        #expect(offer(queue, from: peer) == .syncOverload)
        #expect(queue.drain().count == SyncQueue.capacity)
        #expect(offer(queue, from: peer) == .sync)
    }

    @Test func strangersTogetherHaveARateAndPeersNone() {
        var clock = clock
        let queue = queue()
        func fromStrangers(_ count: UInt16) -> Int {
            (1...count).reduce(0) { $0 + (offer(queue, from: stranger.with(port: $1), at: clock.now) == .sync ? 1 : 0) }
        }
        #expect(fromStrangers(60) == 40)
        #expect(offer(queue, from: peer, at: clock.now) == .sync)
        _ = queue.drain()
        clock.advance(.seconds(1))
        #expect(fromStrangers(60) == 20)
        #expect(offer(queue, from: peer, at: clock.now) == .sync)
    }
}
