import Testing

@testable import BeaconRelay

@Suite struct CounterSnapshotTests {
    @Test func sumsAreOfEveryCounter() {
        var a = CounterSnapshot()
        a.receivedPackets[2] = 1
        a.receivedBytes[2] = 2
        a.sentPackets[3] = 3
        a.sentBytes[3] = 4
        a.outcomes[4] = 5
        a.batchSizes[7] = 6
        a.runLengths[0] = 7
        (a.receiveCalls, a.sendCalls, a.segmentedSends, a.coalescedReceives) = (8, 9, 10, 11)
        a.receivePauses = 12
        var sum = a
        sum += a
        #expect(sum.receivedPackets[2] == 2 && sum.receivedBytes[2] == 4)
        #expect(sum.sentPackets[3] == 6 && sum.sentBytes[3] == 8)
        #expect(sum.outcomes[4] == 10 && sum.batchSizes[7] == 12 && sum.runLengths[0] == 14)
        #expect(
            sum.receiveCalls == 16 && sum.sendCalls == 18 && sum.segmentedSends == 20 && sum.coalescedReceives == 22)
        #expect(sum.receivePauses == 24)
        var twice = CounterSnapshot()
        twice += a
        #expect(twice == a)
    }

    @Test func everyOutcomeIsInOneGroup() {
        var snapshot = CounterSnapshot()
        for (index, outcome) in Outcome.allCases.enumerated() {
            snapshot.outcomes[Int(outcome.rawValue)] = UInt64(1) << UInt64(index)
        }
        let total = Outcome.Group.allCases.reduce(0) { $0 + snapshot.total($1) }
        #expect(total == UInt64(1) << UInt64(Outcome.allCases.count) - 1)
        #expect(snapshot[.punch] == 2)
    }
}
