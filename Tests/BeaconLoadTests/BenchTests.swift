import BeaconPrinting
import Foundation
import Testing

/// `beacon-load bench` with the forwarder in the beacon's place.
@Suite(.serialized)
struct BenchTests {
    private func bench(_ arguments: [String]) throws -> Tool.Outcome {
        try Tool.load(["bench", "--pairs", "1", "--seconds", "0.2", "--quiet", "--json", "-"] + arguments)
    }

    @Test func `Contenders are started, measured and compared`() throws {
        let command = Tool.path("beacon-floor") + " --port {port}"
        let outcome = try bench(["--scenario", "light", "--beacon-command", command])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let comparisons = try #require(try outcome.json()["comparisons"] as? [[String: Any]])
        #expect(comparisons.count == 1)
        let results = try #require(comparisons[0]["results"] as? [[String: Any]])
        #expect(results.map { $0["quantity"] as? String } == ["p50 µs", "p99 µs"])
        let contenders = try #require(comparisons[0]["contenders"] as? [[String: Any]])
        for contender in contenders {
            let runs = try #require(contender["runs"] as? [[String: Any]])
            #expect(runs.count == 1)
            #expect(try #require(runs[0]["ns_per_frame"] as? Double) > 0)
        }
    }

    @Test func `Server and load take turns on one CPU for the backlog`() throws {
        let command = Tool.path("beacon-floor") + " --port {port}"
        let outcome = try bench(["--scenario", "backlog", "--beacon-command", command])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let comparisons = try #require(try outcome.json()["comparisons"] as? [[String: Any]])
        let results = try #require(comparisons.first?["results"] as? [[String: Any]])
        // The beacon and the forwarder with offloads, each against the plain forwarder.
        #expect(results.map { $0["quantity"] as? String } == ["CPU ns/frame", "CPU ns/frame"])
    }

    @Test func `A server that ends at once is told with its last words`() throws {
        let outcome = try bench(["--scenario", "light", "--beacon-command", "/bin/ls /no-such-folder-{port}"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("ended at once"))
        #expect(outcome.errors.contains("no-such-folder"))
    }

    @Test func `A program that is not there is named`() throws {
        let outcome = try bench(["--scenario", "light", "--beacon-command", "/no/such/program {port}"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("/no/such/program"))
    }
}
