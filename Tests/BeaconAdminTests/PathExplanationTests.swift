import BeaconBasics
import Testing

@testable import BeaconAdmin

@Suite struct PathExplanationTests {
    /// We are 7. Nodes 1 and 2 are here, 3 at beacon 3, 4 at beacon 4, 5 and 6 at reference beacons, 8 at a dead one.
    private func backend() -> FakeBackend {
        let backend = FakeBackend()
        backend.edit { state in
            state.fleet = .sample()
            state.nodes = [.sample(1), .sample(2)]
            for id: UInt32 in [3, 4, 33] {
                let beacon = BeaconID(id % 30)
                state.homes[NodeID(id)] = NodeHome(
                    .member(beacon, data: Address(ipv4: 0xC000_0200 + beacon.rawValue, port: 9_001)))
            }
            state.homes[NodeID(1)] = NodeHome(.here)
            state.homes[NodeID(5)] = NodeHome(.legacy(Address("198.51.100.5:9001")!))
            state.homes[NodeID(6)] = NodeHome(.legacy(Address("198.51.100.6:9001")!))
            state.homes[NodeID(8)] = NodeHome(.nowhere)
        }
        return backend
    }

    /// Each step as `at decision address`, with `?` where it is another beacon's decision.
    private func steps(_ from: UInt32?, _ to: UInt32) -> [String] {
        backend().path(from: from.map { NodeID($0) }, to: NodeID(to)).steps.map { step in
            "\(step.at?.description ?? "-") \(step.decision.rawValue)\(step.isExpected ? "?" : "")"
                + (step.address.map { " \($0)" } ?? "")
        }
    }

    @Test(arguments: [nil, 1, 8, 999] as [UInt32?])
    func fromHere(from: UInt32?) {
        #expect(steps(from, 2) == ["7 deliver 192.0.2.2:4000"])
        #expect(steps(from, 3) == ["7 mesh 192.0.2.3:9001", "3 deliver?"])
        #expect(steps(from, 5) == ["7 legacy 198.51.100.5:9001", "- deliver?"])
        #expect(steps(from, 8) == ["7 drop"])
        #expect(steps(from, 99) == ["7 drop"])
    }

    @Test func fromAnotherBeacon() {
        #expect(steps(3, 1) == ["3 mesh? 192.0.2.7:9001", "7 deliver 192.0.2.1:4000"])
        #expect(steps(3, 4) == ["3 mesh? 192.0.2.4:9001", "4 deliver?"])
        #expect(steps(3, 33) == ["3 deliver?"])
        #expect(steps(3, 5) == ["3 legacy? 198.51.100.5:9001", "- deliver?"])
        #expect(steps(3, 99) == ["3 drop?"])
    }

    @Test("protocol.md §4.5: frames of a reference beacon are passed on to none other")
    func fromAReferenceBeacon() {
        #expect(steps(5, 1) == ["- legacy?", "7 deliver 192.0.2.1:4000"])
        #expect(steps(5, 6) == ["- legacy?", "7 drop?"])
        #expect(steps(5, 99) == ["- legacy?", "7 drop?"])
    }

    @Test func arrives() {
        #expect(backend().path(from: nil, to: NodeID(3)).arrives)
        #expect(!backend().path(from: nil, to: NodeID(8)).arrives)
        #expect(!PathExplanation(from: nil, to: NodeID(8), steps: []).arrives)
    }

    @Test func asText() {
        let expected = """
            from     1
            to       3
            arrives  yes

            steps
              at  decision  address         expected  reason
              7   mesh      192.0.2.3:9001  no        the directory has node 3 at beacon 3
              3   deliver   -               yes       by its log, node 3 is registered there

            """
        #expect(ask("GET /path?from=1&to=3&format=text", backend: backend()).text == expected)
    }

    @Test func withoutAFleet() {
        let backend = FakeBackend()
        #expect(ask("GET /path?to=3", backend: backend).text.contains("no beacon is known to have node 3"))
        #expect(ask("GET /path?to=3", backend: backend).text.contains("\"at\": 7,"))
    }
}
