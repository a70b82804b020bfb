import BeaconLoadKit
import Testing

struct DestinationOrderTests {
    /// The order behind a reference: `#expect` takes no mutating call.
    private final class Box {
        private var order: DestinationOrder

        init(_ kind: DestinationOrder.Kind, nodes: Int, burst: Int, seed: UInt64) {
            order = DestinationOrder(kind, nodes: nodes, burst: burst, seed: seed)
        }

        var isBetweenBursts: Bool { order.isBetweenBursts }
        func draw(_ count: Int) -> [Int] { (0..<count).map { _ in order.next() } }
    }

    @Test func `Sequential goes round`() {
        let order = Box(.sequential, nodes: 3, burst: 1, seed: 0)
        #expect(order.draw(7) == [0, 1, 2, 0, 1, 2, 0])
    }

    @Test func `Bursts stay with their node, and say where they end`() {
        let order = Box(.sequential, nodes: 2, burst: 3, seed: 0)
        #expect(order.isBetweenBursts)
        #expect(order.draw(2) == [0, 0])
        #expect(!order.isBetweenBursts)
        #expect(order.draw(1) == [0])
        #expect(order.isBetweenBursts)
        #expect(order.draw(3) == [1, 1, 1])
    }

    @Test func `Random reaches every node about equally, and replays from its seed`() {
        let order = Box(.random, nodes: 16, burst: 1, seed: 3)
        let replay = Box(.random, nodes: 16, burst: 1, seed: 3)
        let drawn = order.draw(16_000)
        #expect(drawn == replay.draw(16_000))
        var counts = [Int](repeating: 0, count: 16)
        for node in drawn { counts[node] += 1 }
        #expect(counts.allSatisfy { (800...1200).contains($0) })
    }
}
