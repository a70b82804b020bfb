import BeaconBasics
import Testing

@testable import BeaconAdmin

@Suite struct RegistryReportTests {
    private var status: BeaconStatus {
        var registry = RegistryStatus(address: "registry.example:9000", tls: .pinned)
        registry.certificate = "00ff"
        registry.state = .refused
        registry.announcedAs = "203.0.113.5:9001"
        registry.lastSuccessSeconds = 61.25
        registry.rounds = [.ok: 5, .refused: 2, .unreachable: 1]
        registry.lastError = "admin token required"
        registry.beacons = 3
        registry.skipped = 1
        var status = BeaconStatus.sample()
        status.registry = registry
        return status
    }

    @Test func itIsInStats() {
        let text = ask("GET /stats?format=text", backend: FakeBackend(status)).text
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("registry.") }
        let expected = [
            "address registry.example:9000", "tls pinned", "certificate_sha256 00ff", "state refused",
            "announced_as 203.0.113.5:9001",
            "last_success_seconds 61.25", "rounds 8", "failures 3", "last_error admin token required", "beacons 3",
            "skipped 1",
        ]
        #expect(lines.map { $0.split(separator: " ").joined(separator: " ") } == expected.map { "registry.\($0)" })
    }

    @Test func withoutOneThereIsNothingToSay() throws {
        #expect(ask("GET /stats").text.contains("\"registry\": null,"))
        #expect(!ask("GET /metrics").text.contains("beacon_registry"))
    }

    @Test func itsResultsAreMetricsFromTheStart() throws {
        let exposition = try Exposition(ask("GET /metrics", backend: FakeBackend(status)).text)
        let rounds = exposition.samples(of: "beacon_registry_rounds_total")
        #expect(rounds.map(\.labels["result"]) == ["ok", "refused", "unreachable", "untrusted", "invalid"])
        #expect(rounds.map(\.value) == ["5", "2", "1", "0", "0"])
        #expect(exposition.samples(of: "beacon_registry_beacons").map(\.value) == ["3"])
    }

    @Test func aPeerSaysWhoNamedIt() {
        let backend = FakeBackend()
        backend.edit {
            $0.peers = [
                PeerStatus(
                    address: .none, configured: false, listed: true, beaconID: 9, nodes: 0, lastSyncSeconds: nil,
                    syncsReceived: 0, syncsSent: 0)
            ]
        }
        let text = ask("GET /peers", backend: backend).text
        #expect(text.contains("\"kind\": \"reference\""))
        #expect(text.contains("\"configured\": false,\n      \"listed_by_registry\": true,"))
    }
}
