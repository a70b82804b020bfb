import BeaconHTTP
import BeaconRelay
import Testing

@testable import BeaconAdmin

@Suite struct MetricsTests {
    private func exposition(_ status: BeaconStatus = .sample()) throws -> Exposition {
        let response = ask("GET /metrics", backend: FakeBackend(status))
        #expect(response.fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try Exposition(response.text)
    }

    @Test func followsTheGrammar() throws {
        let exposition = try exposition()
        #expect(exposition.families.count > 40)
        for (name, kind) in exposition.families {
            #expect(kind != "counter" || name.hasSuffix("_total"), "\(name)")
            #expect(!exposition.samples(of: name).isEmpty, "\(name)")
        }
    }

    @Test func everyReasonIsThereAtZero() throws {
        var status = BeaconStatus.sample()
        for index in status.shards.indices { status.shards[index].counters = CounterSnapshot() }
        let drops = try exposition(status).samples(of: "beacon_drop_total")
        let reasons = Outcome.allCases.filter { $0.group == .dropped }.map(\.name)
        #expect(drops.map(\.labels) == reasons.map { ["reason": $0] })
        #expect(drops.allSatisfy { $0.value == "0" })
    }

    @Test func outcomesAddUpToWhatWasReceived() throws {
        let exposition = try exposition()
        func sum(_ name: String) -> Int { exposition.samples(of: name).reduce(0) { $0 + Int($1.value)! } }
        #expect(sum("beacon_rx_packets_total") == 26)
        #expect(sum("beacon_outcome_total") == 26)
        #expect(sum("beacon_drop_total") == 4)
        #expect(exposition.samples(of: "beacon_rx_packets_total").count == 2 * ReceivedKind.allCases.count)
    }

    @Test func histograms() throws {
        let exposition = try exposition()
        let batches = exposition.samples(of: "beacon_batch_size")
        let buckets = batches.filter { $0.name.hasSuffix("_bucket") }
        #expect(buckets.map { $0.labels["le"] } == ["1", "2", "4", "8", "16", "32", "64", "+Inf"])
        #expect(buckets.map(\.value) == ["2", "2", "4", "6", "6", "6", "6", "6"])
        #expect(batches.first { $0.name.hasSuffix("_sum") }?.value == "26.0")
        #expect(batches.first { $0.name.hasSuffix("_count") }?.value == "6")
        #expect(exposition.samples(of: "beacon_gso_run").first { $0.name.hasSuffix("_sum") }?.value == "22.0")
    }

    @Test(arguments: [
        ("beacon_sock_rxq_overflow_total", ["shard": "1"], "1"), ("beacon_sock_queue_bytes", ["shard": "0"], "100"),
        ("beacon_offload_enabled", ["feature": "gro", "shard": "0"], "0"),
        ("beacon_offload_enabled", ["feature": "gro", "shard": "1"], "1"),
        ("beacon_offload_capable", ["feature": "gro", "shard": "0"], "1"),
        ("beacon_nodes", ["state": "registered", "family": "ipv6"], "2"),
        ("beacon_node_capacity", [:], "1024"), ("beacon_routes", [:], "6"),
        ("beacon_stun_total", ["result": "success"], "2"),
        ("beacon_punch_total", ["result": "grant"], "0"), ("beacon_registration_claims_open", [:], "0"),
        ("beacon_build_info", ["version": "1.2.3", "beacon_id": "7"], "1"), ("beacon_ready", [:], "1"),
        ("beacon_start_time_seconds", [:], "1700000000.5"), ("process_resident_memory_bytes", [:], "20000000"),
        ("beacon_tx_packets_total", ["shard": "1", "kind": "deliver"], "10"),
        ("beacon_outcome_total", ["outcome": "deliver", "group": "forwarded"], "20"),
    ])
    func samples(name: String, labels: [String: String], value: String) throws {
        let samples = try exposition().samples(of: name)
        #expect(samples.first { $0.labels == labels }?.value == value)
    }

    @Test func labelsAreEscaped() throws {
        var status = BeaconStatus.sample()
        status.version = "a\"b\\c\nd"
        let info = try exposition(status).samples(of: "beacon_build_info")
        #expect(info.first?.labels["version"] == "a\"b\\c\nd")
    }

    @Test("no label depends on nodes: the number of samples is a matter of shards alone")
    func bounded() throws {
        var status = BeaconStatus.sample()
        status.nodes.registered = 100_000
        status.nodes.ipv4 = 100_000
        #expect(try exposition(status).count == exposition().count)
    }
}
