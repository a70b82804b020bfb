import BeaconBasics
import BeaconHTTP
import BeaconTestKit
import Testing

@testable import BeaconAdmin
@testable import BeaconRelay

@Suite struct TalkerPageTests {
    /// Node 20 gets many small frames, node 21 a few large ones.
    private func backend() -> FakeBackend {
        let (now, published) = (ManualClock().now, PublishedTalkers())
        var talkers = Talkers(hash: KeyedHash(k0: 1, k1: 3))
        talkers.beginBatch(at: now)
        for number in 0..<12 as Range<UInt32> {
            let (destination, bytes) = number < 10 ? (NodeID(20), 100) : (NodeID(21), 9_000)
            guard talkers.wantsFrame() else { continue }
            talkers.add(
                from: Address("192.0.2.\(1 + number / 10):4000")!, NodeID(10 + number / 10), to: destination,
                bytes: bytes)
        }
        published.write(talkers)
        let top = TopTalkers([published.read()], at: now + .milliseconds(1_500))
        let backend = FakeBackend()
        backend.edit { $0.talkers = TalkerStatus(top, activePairs: 2) }
        return backend
    }

    @Test func text() {
        let expected = """
            by              packets
            window_seconds  1.5
            packets         12
            bytes           19000
            sampled_one_in  1
            active_pairs    2

            sources
              source          packets  packets_error  bytes  bytes_error
              192.0.2.1:4000  10       0              1000   0
              192.0.2.2:4000  2        0              18000  0

            nodes
              node  packets  packets_error  bytes  bytes_error
              20    10       0              1000   0
              21    2        0              18000  0

            pairs
              from  to  packets  packets_error  bytes  bytes_error
              10    20  10       0              1000   0
              11    21  2        0              18000  0

            """
        #expect(ask("GET /top?format=text", backend: backend()).text == expected)
    }

    @Test func byBytesAndOnlyTheFirst() {
        let text = ask("GET /top?by=bytes&n=1&format=text", backend: backend()).text
        #expect(text.contains("by              bytes\n"))
        #expect(text.contains("  21    2        0              18000  0\n"))
        #expect(!text.contains("  20    10 "))
    }

    @Test(arguments: ["n=0", "n=501", "n=x", "by=size", "by=", "by=bytes&by=bytes", "limit=3"])
    func slipsAreRefused(query: String) {
        #expect(ask("GET /top?\(query)", backend: backend()).status == .badRequest)
    }
}
