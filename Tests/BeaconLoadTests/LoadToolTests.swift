import BeaconPrinting
import Foundation
import Testing

/// The program against real servers on loopback. What is expected are counts, never times.
@Suite(.serialized)
struct LoadToolTests {
    private let short = ["--seconds", "0.3", "--json", "--quiet"]

    @Test(arguments: [
        ["--nodes", "300"], ["--nodes", "64", "--flow", "16"], ["--nodes", "5", "--receivers", "3", "--senders", "2"],
        ["--nodes", "64", "--flow", "32", "--gso"], ["--rate", "2000", "--sequential"],
        ["--payload", "24", "--window", "7"],
    ])
    func `A sound relay gives back every frame`(arguments: [String]) throws {
        let floor = try Floor(mode: arguments.contains("--gso") ? "offload" : "plain")
        let outcome = try Tool.load(["relay", "--server", floor.server, "--pid", floor.pid] + short + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let frames = try outcome.counts("frames")
        let sent = try #require(frames["sent"])
        #expect(sent > 100)
        #expect(frames["delivered"] == sent)
        for fault in ["lost", "reordered", "duplicated", "corrupted", "misdelivered"] { #expect(frames[fault] == 0) }
        let cpu = try #require(try outcome.json()["server_cpu"] as? [String: Double])
        #expect(try #require(cpu["ns_per_frame"]) > 0)
        let latency = try #require(try outcome.json()["latency_us"] as? [String: Double])
        let percentiles = try ["p50", "p99", "p99_9", "max"].map { try #require(latency[$0]) }
        #expect(percentiles == percentiles.sorted() && percentiles[0] > 0)
    }

    @Test func `Every fault of a relay is counted, each as what it is`() throws {
        let server = try FaultyServer(period: 70)
        let outcome = try Tool.load(
            [
                "relay", "--server", server.server, "--rate", "4000", "--nodes", "2", "--receivers", "2", "--senders",
                "1",
            ]
                + ["--flow", "1000000", "--payload", "100"] + short)
        let done = server.stop()
        #expect(outcome.status == 1, "\(outcome.errors)")
        let frames = try outcome.counts("frames")
        #expect(done.twice > 0 && done.changed > 0 && done.cut > 0 && done.dropped > 0 && done.wrongNode > 0)
        #expect(frames["duplicated"] == done.twice)
        #expect(frames["corrupted"] == done.changed + done.cut)
        #expect(frames["misdelivered"] == done.wrongNode)
        let gone = done.dropped + done.changed + done.cut + done.wrongNode
        let reordered = try #require(frames["reordered"])
        // The very last frame may be held for ever.
        #expect(done.held - reordered == 0 || done.held - reordered == 1)
        #expect(frames["lost"] == gone + (done.held - reordered))
        #expect(frames["unclassified"] == 0)
    }

    @Test func `Discover is answered with the asker's address`() throws {
        let floor = try Floor()
        let outcome = try Tool.load(["register", "--server", floor.server, "--nodes", "1000"] + short)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let requests = try outcome.counts("requests")
        #expect(try #require(requests["sent"]) > 100)
        #expect(requests["answered"] == requests["sent"])
        #expect(requests["wrong"] == 0 && requests["unexpected"] == 0)
    }

    @Test(arguments: ["stun", "punch"])
    func `Right answers are counted as such`(command: String) throws {
        let server = try FaultyServer(period: 0)
        let outcome = try Tool.load([command, "--server", server.server, "--rate", "500"] + short)
        _ = server.stop()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let requests = try outcome.counts("requests")
        #expect(try #require(requests["sent"]) > 100)
        #expect(requests["answered"] == requests["sent"])
        #expect(requests["wrong"] == 0)
    }

    @Test(arguments: ["stun", "punch"])
    func `Wrong answers are counted as such`(command: String) throws {
        let server = try FaultyServer(period: 70)
        let outcome = try Tool.load([command, "--server", server.server, "--rate", "500"] + short)
        let done = server.stop()
        #expect(outcome.status == 1, "\(outcome.errors)")
        let requests = try outcome.counts("requests")
        #expect(done.changed > 0 && done.cut > 0 && done.dropped > 0 && done.twice > 0)
        #expect(requests["wrong"] == done.changed + done.cut)
        #expect(requests["lost"] == done.changed + done.cut + done.dropped)
        #expect(requests["unexpected"] == done.twice)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `A signal ends a run early, with the result so far`(signal: Int32) throws {
        let floor = try Floor()
        let process = try ChildProcess(
            [Tool.path("beacon-load"), "relay", "--server", floor.server, "--seconds", "3600", "--json"],
            piped: STDERR_FILENO)
        #expect(process.readLine().contains("frames/s"))
        kill(process.pid, signal)
        let outcome = Tool.outcome(of: process)
        #expect(outcome.status == 0)
        #expect(try outcome.json()["interrupted"] as? Bool == true)
        let frames = try outcome.counts("frames")
        #expect(frames["delivered"] == frames["sent"])
    }

    @Test(arguments: [["relay"], ["register"], ["stun"], ["punch"]])
    func `A port that nobody listens on is named`(command: [String]) throws {
        // Port 9 is discard's; a loopback without that service refuses it.
        let outcome = try Tool.load(command + ["--server", "127.0.0.1:9"] + short)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("127.0.0.1:9: connection refused"))
    }

    @Test func `Nothing is answered by a server that does not know the request`() throws {
        let floor = try Floor()
        let outcome = try Tool.load(["stun", "--server", floor.server, "--rate", "100"] + short)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("no answer from \(floor.server)"))
    }

    @Test(arguments: [
        ["relay", "--window", "5", "--rate", "5"], ["relay", "--payload", "3"], ["punch", "--window", "33"],
        ["register", "--nodes", "1"], ["bench", "--scenario", "none"], ["bench", "--beacon-command", "x"],
        ["stun", "--seconds", "0"], ["relay", "--nodes", "4294967297"],
    ])
    func `Bad options are refused before anything is sent`(arguments: [String]) throws {
        let outcome = try Tool.load(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("--"))
    }
}
