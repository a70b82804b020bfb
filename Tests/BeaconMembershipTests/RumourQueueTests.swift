import Testing

@testable import BeaconMembership

@Suite struct RumourQueueTests {
    private func all(_ queue: RumourQueue) -> [Int] {
        var items: [Int] = []
        var item = queue.first
        while let current = item {
            items.append(current)
            item = queue.next(after: current)
        }
        return items
    }

    @Test func endsThenRefutationsThenSuspicionsThenNews() {
        var queue = RumourQueue()
        queue.add(4, .news)
        queue.add(3, .suspicion)
        queue.add(2, .refutation)
        queue.add(1, .end)
        #expect(all(queue) == [1, 2, 3, 4])
    }

    @Test func inALaneTheOnesToldLeastOften() {
        var queue = RumourQueue()
        for item in 0..<4 { queue.add(item, .news) }
        queue.told(0, limit: 9)
        queue.told(1, limit: 9)
        queue.told(0, limit: 9)
        #expect(all(queue) == [2, 3, 1, 0])
    }

    @Test func aNewerRumourOfTheSameMemberStartsAnew() {
        var queue = RumourQueue()
        queue.add(5, .news)
        for _ in 0..<3 { queue.told(5, limit: 9) }
        #expect(queue.sends(of: 5) == 3)
        queue.add(5, .end)
        #expect(queue.count == 1)
        #expect(queue.sends(of: 5) == 0)
        #expect(queue.lane(of: 5) == .end)
    }

    @Test func itIsToldItsTimesAndNoMore() {
        var queue = RumourQueue()
        queue.add(1, .suspicion)
        var times = 0
        while let item = queue.first {
            queue.told(item, limit: 12)
            times += 1
        }
        #expect(times == 12)
        #expect(queue.isEmpty)
    }

    @Test func removalLeavesTheRest() {
        var queue = RumourQueue()
        for item in 0..<10 { queue.add(item, .news) }
        for item in [0, 5, 9, 5] { queue.remove(item) }
        #expect(all(queue) == [1, 2, 3, 4, 6, 7, 8])
        #expect(queue.count == 7)
    }

    @Test func theMoreMembersTheMoreOften() {
        #expect([2, 9, 10, 99, 100, 999, 1_000].map { RumourQueue.limit(members: $0) } == [6, 6, 8, 8, 12, 12, 16])
    }
}
