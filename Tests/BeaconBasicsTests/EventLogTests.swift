import BeaconBasics
import BeaconTestKit
import Testing

@Suite struct EventLogTests {
    private func log(_ count: Int, capacity: Int = 4) -> EventLog {
        let log = EventLog(capacity: capacity, startUnixSeconds: 0)
        for number in 1...max(1, count) where number <= count { log.add("k", [], time: Double(number)) }
        return log
    }

    private func ids(_ page: EventPage) -> [UInt64] { page.events.map(\.id) }

    @Test func anEmptyLogHasNothing() {
        #expect(log(0).page(after: 0, limit: 10) == EventPage([], newest: 0))
        #expect(log(0).recent(limit: 10) == EventPage([], newest: 0))
    }

    @Test func itKeepsTheLast() {
        #expect(ids(log(3).page(after: 0, limit: 10)) == [1, 2, 3])
        #expect(ids(log(4).page(after: 0, limit: 10)) == [1, 2, 3, 4])
        for count in 5...13 {
            let page = log(count).page(after: 0, limit: 10)
            #expect(ids(page) == (UInt64(count) - 3...UInt64(count)).map { $0 })
            #expect(page.events.map(\.time) == page.events.map { Double($0.id) })
            #expect(page.newest == UInt64(count))
        }
    }

    @Test(
        "behind an id; what is lost is said",
        arguments: [
            (0, [7, 8, 9, 10], false), (1, [7, 8, 9, 10], true), (5, [7, 8, 9, 10], true), (6, [7, 8, 9, 10], false),
            (7, [8, 9, 10], false), (9, [10], false), (10, [], false), (11, [7, 8, 9, 10], true),
            (UInt64.max, [7, 8, 9, 10], true),
        ] as [(UInt64, [UInt64], Bool)])
    func after(id: UInt64, expected: [UInt64], isGap: Bool) {
        let page = log(10).page(after: id, limit: 10)
        #expect(ids(page) == expected)
        #expect(page.isGap == isGap)
    }

    @Test func limits() {
        #expect(ids(log(10).page(after: 6, limit: 2)) == [7, 8])
        #expect(ids(log(10).page(after: 6, limit: 0)) == [])
        #expect(ids(log(10).recent(limit: 2)) == [9, 10])
        #expect(ids(log(10).recent(limit: 100)) == [7, 8, 9, 10])
        #expect(ids(log(10).recent(limit: 0)) == [])
        #expect(log(10).recent(limit: 0).newest == 10)
    }

    @Test("a later start has higher ids, and JavaScript can count them")
    func restart() {
        let (first, second) = (EventLog(startUnixSeconds: 1_800_000_000), EventLog(startUnixSeconds: 1_800_000_001))
        for _ in 0..<5_000 { first.add("k", time: 0) }
        let last = first.recent(limit: 1).newest
        #expect(last < second.recent(limit: 0).newest)
        #expect(second.page(after: last, limit: 10).isGap)
        #expect(EventLog(startUnixSeconds: .max).recent(limit: 0).newest <= 1 << 53)
        #expect(EventLog(startUnixSeconds: .min).recent(limit: 0).newest == 0)
    }

    @Test func whatBecameOfMembersOutlastsAFloodOfOtherEvents() {
        let log = EventLog(capacity: 4, startUnixSeconds: 0)
        for number in 1...600 { log.add(.member, [.init("beacon", "\(number)")], time: 0) }
        for _ in 1...10 { log.add(.moved, time: 0) }
        #expect(log.memberHistory.compactMap { $0["beacon"] } == (89...600).map { "\($0)" })
        #expect(log.recent(limit: 10).events.map(\.kind) == [.moved, .moved, .moved, .moved])
    }
}
