import BeaconHTTP
import Glibc
import Testing

@testable import BeaconAdmin

/// What a scrape costs, measured on request: `BEACON_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter
/// ScrapeCost`. The goal is 1 ms of CPU at 100,000 nodes.
@Suite(.enabled(if: getenv("BEACON_MEASURE") != nil), .serialized) struct ScrapeCostTests {
    @Test(arguments: [1, 8], ["", "Accept-Encoding: gzip"])
    func metrics(shards: Int, field: String) {
        var status = BeaconStatus.sample()
        status.nodes.registered = 100_000
        status.shards = (0..<shards).map { ShardStatus.sample($0) }
        let milliseconds = cost(of: "/metrics", field, FakeBackend(status), note: "shards=\(shards)")
        #expect(milliseconds < 1)
    }

    @Test("the longest page: what one client can delay another by", arguments: ["", "Accept-Encoding: gzip"])
    func nodes(field: String) {
        let backend = FakeBackend()
        backend.edit { $0.nodes = (1...1_000).map { NodeStatus.sample($0) } }
        let milliseconds = cost(of: "/nodes?limit=1000", field, backend, note: "nodes=1000")
        #expect(milliseconds < 20)
    }

    @Test("a fleet of a thousand", arguments: ["/metrics", "/stats", "/peers?limit=1000", "/directory?limit=1000"])
    func fleet(path: String) {
        let backend = FakeBackend()
        let members = (1...1_000).map { FleetMember.sample($0) }
        backend.edit { state in
            state.fleet = .sample()
            state.members = members
            state.owners = (1...1_000).map { FleetOwner.sample($0) }
        }
        let milliseconds = cost(of: path, "", backend, note: "members=1000")
        #expect(milliseconds < (path.contains("limit") ? 20 : 1))
    }

    /// CPU milliseconds of one answer, printed.
    private func cost(of path: String, _ field: String, _ backend: FakeBackend, note: String) -> Double {
        let policy = AccessPolicy(allowedHosts: [], token: nil)
        let service = AdminService(backend: backend, policy: policy, counters: AdminCounters())
        let request = request("GET \(path)", field.isEmpty ? [] : [field])
        var bytes = 0
        let rounds = 200
        let start = cpuSeconds()
        for _ in 0..<rounds { bytes = service.respond(to: request).response.body.count }
        let milliseconds = (cpuSeconds() - start) * 1_000 / Double(rounds)
        print("\(path) \(note) \(field.isEmpty ? "plain" : "gzip"): \(milliseconds) ms CPU, \(bytes) bytes")
        return milliseconds
    }

    private func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
