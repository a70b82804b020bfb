import BeaconBasics
import BeaconTestKit
import Testing

@Suite struct GuardedTests {
    @Test func onlyOneThreadIsInsideAtATime() {
        let pair = Guarded((0, 0))
        let mixes = race(readers: 2) { _ in
            pair.withLock { pair in
                pair.0 += 1
                pair.1 += 1
            }
        } read: { _ in
            (0..<20_000).reduce(0) { mixes, _ in mixes + pair.withLock { $0.0 == $0.1 ? 0 : 1 } }
        }
        #expect(mixes == 0)
        #expect(pair.withLock { $0.0 } > 0)
    }
}
