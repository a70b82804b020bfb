import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct ChangeQueueTests {
    @Test func changesComeInOrderAndOnceANode() {
        var queue = ChangeQueue(capacity: 10)
        for (node, kind) in [(1, .registered), (2, .registered), (1, .gone), (3, .gone)]
            as [(UInt32, RegistryChange.Kind)]
        {
            let isKept = queue.add(NodeID(node), kind)
            #expect(isKept)
        }
        let latest = queue.latest(of: NodeID(1))
        #expect(latest == .gone)
        let first = queue.drain(limit: 2)
        #expect(first.changes == [RegistryChange(NodeID(1), .gone), RegistryChange(NodeID(2), .registered)])
        #expect(first.hasMore && !first.mustRescan)
        _ = queue.add(NodeID(1), .registered)
        let second = queue.drain(limit: 5)
        #expect(second.changes == [RegistryChange(NodeID(3), .gone), RegistryChange(NodeID(1), .registered)])
        #expect(!second.hasMore)
        let rest = queue.drain(limit: 5)
        #expect(rest == RegistryChanges())
    }

    @Test func whatDoesNotFitIsSaidToBeLost() {
        var queue = ChangeQueue(capacity: 3)
        for node in UInt32(1)...3 { _ = queue.add(NodeID(node), .registered) }
        let again = queue.add(NodeID(3), .gone)
        #expect(again, "a node that waits needs no more room")
        let isKept = queue.add(NodeID(4), .registered)
        #expect(!isKept)
        _ = queue.add(NodeID(5), .registered)
        let drained = queue.drain(limit: 10)
        #expect(drained.mustRescan)
        #expect(drained.changes == [RegistryChange(NodeID(5), .registered)])
        let next = queue.drain(limit: 10)
        #expect(!next.mustRescan)
    }

    /// Against a model: whoever applies what is drained, and looks through the table when told to, knows the table.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func aFollowerKnowsTheTable(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var queue = ChangeQueue(capacity: Int.random(in: 1...20, using: &dice))
        var table: Set<NodeID> = []
        var known: Set<NodeID> = []
        for _ in 0..<500 {
            let node = NodeID(UInt32.random(in: 1...30, using: &dice))
            if table.remove(node) == nil {
                table.insert(node)
                _ = queue.add(node, .registered)
            } else {
                _ = queue.add(node, .gone)
            }
            guard Int.random(in: 0..<15, using: &dice) == 0 else { continue }
            follow(&queue, table, &known, limit: Int.random(in: 1...8, using: &dice))
        }
        follow(&queue, table, &known, limit: 100)
        #expect(known == table, "seed \(seed)")
    }

    private func follow(_ queue: inout ChangeQueue, _ table: Set<NodeID>, _ known: inout Set<NodeID>, limit: Int) {
        var mustRescan = false
        var hasMore = true
        while hasMore {
            let drained = queue.drain(limit: limit)
            for change in drained.changes {
                if change.kind == .registered { known.insert(change.node) } else { known.remove(change.node) }
            }
            mustRescan = mustRescan || drained.mustRescan
            hasMore = drained.hasMore
        }
        if mustRescan { known = table }
    }
}
