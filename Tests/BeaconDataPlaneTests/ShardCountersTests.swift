import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Testing

@testable import BeaconDataPlane

@Suite struct ShardCountersTests {
    private func snapshot(_ counters: borrowing ShardCounters) -> CounterSnapshot {
        let published = PublishedCounters()
        counters.publish(to: published, at: Moment(nanoseconds: 5), active: [.gso])
        return published.read().counters
    }

    @Test func everyCounterComesOutWhereItWentIn() {
        let counters = ShardCounters()
        var expected = CounterSnapshot()
        for (index, kind) in ReceivedKind.allCases.enumerated() {
            for _ in 0...index { counters.received(kind, bytes: 10) }
            expected.receivedPackets[index] = UInt64(index + 1)
            expected.receivedBytes[index] = UInt64(index + 1) * 10
        }
        for (index, kind) in SentKind.allCases.enumerated() {
            counters.sent(kind, packets: index + 100, bytes: index + 200)
            expected.sentPackets[index] = UInt64(index + 100)
            expected.sentBytes[index] = UInt64(index + 200)
        }
        for (index, outcome) in Outcome.allCases.enumerated() {
            counters.count(outcome, index + 300)
            expected.outcomes[index] = UInt64(index + 300)
        }
        counters.add(ShardCounters.Slot.receiveCalls, 1)
        counters.add(ShardCounters.Slot.sendCalls, 2)
        counters.add(ShardCounters.Slot.segmentedSends, 3)
        counters.add(ShardCounters.Slot.coalescedReceives, 4)
        (expected.receiveCalls, expected.sendCalls, expected.segmentedSends, expected.coalescedReceives) = (1, 2, 3, 4)
        counters.add(ShardCounters.Slot.receivePauses, 5)
        expected.receivePauses = 5
        counters.observe(1, in: ShardCounters.Slot.batchSizes)
        counters.observe(64, in: ShardCounters.Slot.runLengths)
        expected.batchSizes[0] = 1
        expected.runLengths[6] = 1
        counters.observeResidence(0)
        counters.observeResidence(.max / 2)
        expected.residence[0] = 1
        expected.residence[expected.residence.count - 1] = 1
        expected.residenceSum = .max / 2
        #expect(snapshot(counters) == expected)
    }

    @Test(arguments: [
        (0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (16, 4), (17, 5), (32, 5), (33, 6), (64, 6),
        (65, 7),
        (4_096, 7),
    ])
    func sizesFallIntoTheBucketThatBoundsThem(size: Int, bucket: Int) {
        let counters = ShardCounters()
        counters.observe(size, in: ShardCounters.Slot.batchSizes)
        let found = snapshot(counters).batchSizes
        #expect(found.firstIndex(of: 1) == bucket)
        #expect(found.reduce(0, +) == 1)
        if bucket < CounterSnapshot.buckets.count { #expect(UInt64(size) <= CounterSnapshot.buckets[bucket]) }
        if bucket > 0 { #expect(UInt64(size) > CounterSnapshot.buckets[bucket - 1]) }
    }

    @Test func aReadingSaysWhenAndWhatIsActive() {
        let counters = ShardCounters()
        let published = PublishedCounters()
        #expect(published.read().publishedAt == Moment(nanoseconds: 0))
        counters.publish(to: published, at: Moment(nanoseconds: 77), active: [.gro, .batch])
        #expect(published.read().publishedAt == Moment(nanoseconds: 77))
        #expect(published.read().active == [.gro, .batch])
        #expect(published.read().counters.residence.count == CounterSnapshot.residenceBounds.count + 1)
    }

    /// A reader sees one publication, never parts of two: received always equals the sum of the outcomes.
    @Test func aReadingIsOfOneMoment() {
        let published = PublishedCounters()
        let own = OwnedCounters()
        let mixes = race(readers: 2) { turn in
            own.counters.received(.relay, bytes: 1)
            own.counters.count(turn % 2 == 0 ? .deliver : .sendFailed)
            own.counters.publish(to: published, at: Moment(nanoseconds: turn), active: [])
        } read: { _ in
            (0..<2_000).reduce(0) { mixes, _ in
                let counters = published.read().counters
                return mixes + (counters.received == counters.outcomes.reduce(0, +) ? 0 : 1)
            }
        }
        #expect(mixes == 0)
    }

    /// Counters that only the race's writer touches.
    private final class OwnedCounters: @unchecked Sendable {
        let counters = ShardCounters()
    }
}
