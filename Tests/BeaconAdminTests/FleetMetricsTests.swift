import Testing

@testable import BeaconAdmin

@Suite struct FleetMetricsTests {
    private func exposition(_ fleet: FleetStatus?, _ status: BeaconStatus = .sample()) throws -> Exposition {
        let backend = FakeBackend(status)
        backend.edit { $0.fleet = fleet }
        return try Exposition(ask("GET /metrics", backend: backend).text)
    }

    @Test(arguments: [
        ("beacon_fleet_members", ["state": "alive"], "1"), ("beacon_fleet_members", ["state": "left"], "0"),
        ("beacon_fleet_members_draining", [:], "0"), ("beacon_fleet_blocked_peers", [:], "3"),
        ("beacon_fleet_incarnation", [:], "2"),
        ("beacon_fleet_keys", [:], "2"), ("beacon_fleet_key_rotation_running", [:], "0"),
        ("beacon_fleet_directory_entries", [:], "40"), ("beacon_fleet_directory_owners", ["routable": "no"], "1"),
        ("beacon_fleet_directory_largest_lag", [:], "9"), ("beacon_fleet_rx_packets_total", [:], "100"),
        ("beacon_fleet_tx_bytes_total", [:], "11000"), ("beacon_fleet_opened_total", [:], "97"),
        ("beacon_fleet_drop_total", ["reason": "bad_seal"], "2"),
        ("beacon_fleet_drop_total", ["reason": "runt"], "0"),
        ("beacon_fleet_streams_total", ["result": "failed"], "0"),
        ("beacon_fleet_logs_total", ["event": "gaps"], "6"), ("beacon_fleet_claims_total", ["result": "refused"], "0"),
        ("beacon_fleet_punch_total", ["result": "forwarded"], "8"),
        ("beacon_fleet_shell_total", ["event": "send_errors"], "0"),
        ("beacon_fleet_probe_seconds", [:], "0.0506"), ("beacon_fleet_probe_seconds", ["le": "0.000256"], "0"),
        ("beacon_fleet_probe_seconds", ["le": "0.00032"], "2"), ("beacon_fleet_probe_seconds", ["le": "+Inf"], "3"),
    ])
    func samples(name: String, labels: [String: String], value: String) throws {
        let sample = try exposition(.sample()).samples(of: name).first { $0.labels == labels }
        #expect(sample?.value == value)
    }

    @Test func withoutAFleetThereIsNothingToSay() throws {
        #expect(!ask("GET /metrics").text.contains("beacon_fleet"))
    }

    @Test("the number of samples is no matter of the fleet's size")
    func bounded() throws {
        var large = FleetStatus.sample()
        large.members = FleetMemberCounts((1...1_000).map { FleetMember.sample($0) })
        large.directory = FleetDirectoryTotals((1...1_000).map { FleetOwner.sample($0) })
        #expect(try exposition(large).count == exposition(.sample()).count)
    }

    @Test func whatWasKeptAndNotShown() throws {
        var status = BeaconStatus.sample()
        status.legacy.refusedSyncs = 11
        status.legacy.routeOverflows = 12
        status.nodes.localOverflows = 13
        status.shards[0].receiveErrors = 14
        status.shards[1].receiveErrors = 15
        let metrics = try exposition(nil, status)
        #expect(metrics.samples(of: "beacon_legacy_syncs_refused_total").map(\.value) == ["11"])
        #expect(metrics.samples(of: "beacon_legacy_routes_refused_total").map(\.value) == ["12"])
        #expect(metrics.samples(of: "beacon_local_address_overflows_total").map(\.value) == ["13"])
        #expect(metrics.samples(of: "beacon_sock_receive_errors_total").map(\.value) == ["14", "15"])
        let stats = ask("GET /stats?format=text", backend: FakeBackend(status)).text.split(separator: "\n")
            .map { $0.split(separator: " ").joined(separator: " ") }
        for line in [
            "legacy.refused_syncs 11", "legacy.route_overflows 12", "nodes.local_overflows 13",
            "sockets.receive_errors 29",
        ] {
            #expect(stats.contains(line), "\(line)")
        }
        #expect(ask("GET /shards", backend: FakeBackend(status)).text.contains("\"receive_errors\": 15\n"))
    }
}
