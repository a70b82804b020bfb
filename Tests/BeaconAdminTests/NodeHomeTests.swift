import BeaconBasics
import BeaconHTTP
import Testing

@testable import BeaconAdmin

@Suite struct NodeHomeTests {
    private let backend = FakeBackend()

    private func text(_ home: NodeHome?, isRegistered: Bool = false) -> String {
        backend.edit { state in
            state.fleet = .sample()
            state.homes[NodeID(5)] = home
            state.nodes = isRegistered ? [.sample(5)] : []
        }
        return ask("GET /nodes/5", backend: backend).text
    }

    private func member(_ id: UInt32) -> NodeHome {
        let entries = [
            NodeHome.Entry(
                owner: BeaconID(id), stamp: Stamp(1_700_000_000_500 << 16 | 2), isRoutable: true, isDraining: false),
            NodeHome.Entry(
                owner: BeaconID(9), stamp: Stamp(1_600_000_000_000 << 16), isRoutable: false, isDraining: true),
        ]
        return NodeHome(
            .member(BeaconID(id), data: Address("192.0.2.3:9001")!), stamp: entries[0].stamp, entries: entries)
    }

    @Test func atAnotherBeacon() {
        let expected = """
            {
              "id": 5,
              "endpoint": null,
              "local": null,
              "last_seen_seconds": null,
              "wants_destination": null,
              "proven": null,
              "has_key": null,
              "contested_by": null,
              "home": {
                "place": "member",
                "beacon": 3,
                "address": "192.0.2.3:9001",
                "registered_at": 1700000000.5,
                "entries": [
                  {
                    "owner": 3,
                    "registered_at": 1700000000.5,
                    "stamp": "018bcfe569f40002",
                    "routable": true,
                    "draining": false
                  },
                  {
                    "owner": 9,
                    "registered_at": 1600000000.0,
                    "stamp": "0174876e80000000",
                    "routable": false,
                    "draining": true
                  }
                ]
              }
            }

            """
        #expect(text(member(3)) == expected)
    }

    @Test("the words of a node that is registered here are what they were")
    func here() {
        let known = """
            {
              "id": 5,
              "endpoint": "192.0.2.5:4000",
              "local": null,
              "last_seen_seconds": 1.5,
              "wants_destination": false,
              "proven": true,
              "has_key": false,
              "contested_by": null,
              "home": {
                "place": "here",
                "beacon": 7,

            """
        #expect(text(NodeHome(.here, stamp: Stamp(1 << 16)), isRegistered: true).hasPrefix(known))
        // Not in the directory yet, and without a fleet.
        #expect(text(nil, isRegistered: true).hasPrefix(known))
        backend.edit { $0.fleet = nil }
        #expect(ask("GET /nodes/5", backend: backend).text.hasPrefix(known))
    }

    @Test func elsewhere() {
        let legacy = text(NodeHome(.legacy(Address("192.0.2.9:9001")!)))
        #expect(legacy.contains("\"place\": \"legacy\",\n    \"beacon\": null,\n    \"address\": \"192.0.2.9:9001\""))
        #expect(text(NodeHome(.nowhere)).contains("\"place\": \"nowhere\",\n    \"beacon\": null"))
        _ = text(nil)
        #expect(ask("GET /nodes/5", backend: backend).status == .notFound)
    }
}
