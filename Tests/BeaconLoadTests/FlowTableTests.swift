import BeaconBasics
import BeaconLoadKit
import Testing

struct FlowTableTests {
    /// Sends `count` frames of flow 0 and delivers `order`.
    private func arrivals(of order: [UInt64], sent count: Int) -> ([Arrival], lost: UInt64) {
        var table = FlowTable(flows: 1)
        for _ in 0..<count { _ = table.number(0) }
        let arrivals = order.map { table.arrive(0, $0) }
        return (arrivals, table.lost)
    }

    @Test func `Frames in order`() {
        let (seen, lost) = arrivals(of: [0, 1, 2], sent: 3)
        #expect(seen == [.inOrder, .inOrder, .inOrder])
        #expect(lost == 0)
    }

    @Test func `A gap is loss until it is filled, and then reordering`() {
        let (seen, lost) = arrivals(of: [0, 3, 1], sent: 4)
        #expect(seen == [.inOrder, .inOrder, .reordered])
        #expect(lost == 1)
    }

    @Test func `A second copy is a duplicate, in order or late`() {
        let (seen, lost) = arrivals(of: [0, 0, 2, 1, 1, 2], sent: 3)
        #expect(seen == [.inOrder, .duplicate, .inOrder, .reordered, .duplicate, .duplicate])
        #expect(lost == 0)
    }

    @Test func `Numbers and flows that were never sent are told apart from loss`() {
        var table = FlowTable(flows: 2)
        _ = table.number(1)
        let seen = [
            table.arrive(1, 1), table.arrive(1, .max), table.arrive(0, 0), table.arrive(2, 0), table.arrive(-1, 0),
        ]
        #expect(seen == Array(repeating: .neverSent, count: 5))
        let lost = table.lost
        #expect(lost == 1)
    }

    @Test func `Flows are counted apart`() {
        var table = FlowTable(flows: 2)
        let numbers = [table.number(0), table.number(1), table.number(0)]
        #expect(numbers == [0, 0, 1])
        let seen = [table.arrive(0, 1), table.arrive(1, 0), table.arrive(0, 0)]
        #expect(seen == [.inOrder, .inOrder, .reordered])
    }

    @Test func `Beyond what it can remember, a late frame is unclassified and never called a duplicate`() {
        var table = FlowTable(flows: 1)
        for _ in 0...FlowTable.missingLimit + 1 { _ = table.number(0) }
        let last = UInt64(FlowTable.missingLimit + 1)
        let seen = [table.arrive(0, last), table.arrive(0, 0), table.arrive(0, last - 1)]
        #expect(seen == [.inOrder, .reordered, .unclassified])
    }

    /// Any order, with losses and copies, against a model that remembers every frame.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `It agrees with a model that keeps everything`(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var table = FlowTable(flows: 3)
        var sent: [UInt64] = [0, 0, 0]
        var seen: [Set<UInt64>] = [[], [], []]
        for step in 0..<3000 {
            let flow = Int.random(in: 0..<3, using: &dice)
            if sent[flow] == 0 || Bool.random(using: &dice) {
                let number = table.number(flow)
                #expect(number == sent[flow])
                sent[flow] += 1
                continue
            }
            let sequence = UInt64.random(in: 0..<sent[flow] + 1, using: &dice)
            let expected: Arrival =
                if sequence == sent[flow] {
                    .neverSent
                } else if seen[flow].contains(sequence) {
                    .duplicate
                } else {
                    seen[flow].contains { $0 > sequence } ? .reordered : .inOrder
                }
            if sequence < sent[flow] { seen[flow].insert(sequence) }
            let arrival = table.arrive(flow, sequence)
            #expect(arrival == expected, "seed \(seed), step \(step)")
        }
        let (lost, total) = (table.lost, sent.reduce(0, +))
        #expect(lost == total - UInt64(seen.map(\.count).reduce(0, +)))
    }
}
