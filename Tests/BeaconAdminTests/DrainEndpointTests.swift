import BeaconBasics
import BeaconHTTP
import BeaconRelay
import Testing

@testable import BeaconAdmin

@Suite struct DrainEndpointTests {
    private let backend = FakeBackend()

    @Test func textAndNames() {
        backend.edit { $0.drain = .sample() }
        let expected = """
            state             draining
            then              stay
            began_at          1700000100.25
            elapsed_seconds   10.5
            deadline_seconds  130.0
            left_seconds      119.5
            nodes.at_start    100
            nodes.left        30
            nodes.moved       65
            nodes.expired     5
            nodes.refused     3
            others_serving    2
            active_pairs      4
            frames.forwarded  77
            frames.repeated   8
            frames.doubtful   6
            frames.lost       0

            busiest
              node  frames  bytes
              1     999     2000
              2     998     2000
              3     997     2000
              4     996     2000
              5     995     2000

            blockers  30 nodes have not moved

            """
        #expect(ask("GET /drain?format=text", backend: backend).text == expected)
    }

    @Test("before any drain: everything there, nothing said")
    func serving() {
        let text = ask("GET /drain", backend: backend).text
        for line in ["\"state\": \"serving\",", "\"began_at\": null,", "\"left_seconds\": null,", "\"busiest\": [],"] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(ask("GET /stats?format=text", backend: backend).text.contains("drain.state "))
    }

    @Test(arguments: [
        ("", DrainOrder()), ("?deadline=2m", DrainOrder(deadline: .seconds(120))),
        ("?deadline=500ms&then=stay&force=1", DrainOrder(deadline: .milliseconds(500), then: .stay, force: true)),
        ("?deadline=0&then=exit&force=false", DrainOrder(deadline: .seconds(0))),
        ("?deadline=24h", DrainOrder(deadline: .seconds(86_400))),
    ])
    func orders(query: String, expected: DrainOrder) {
        let response = ask("POST /drain\(query)", backend: backend)
        #expect(response.status == .ok)
        #expect(response.text.hasPrefix("{\n  \"result\": \"started\",\n  \"drain\": {\n    \"state\": "))
        #expect(backend.edit { $0.orders } == [expected])
        #expect(backend.edit { $0.dryRuns } == 0)
    }

    @Test(arguments: [
        ("deadline=130x", "deadline is a time from 0s to 24h"), ("deadline=", "deadline is a time"),
        ("deadline=25h", "deadline is a time"), ("deadline=-1", "deadline is a time"),
        ("then=reboot", "then is exit or stay"),
        ("force", "force is 1 or 0"), ("force=yes", "force is 1 or 0"), ("dry_run", "dry_run is 1 or 0"),
        ("dry_run=2", "dry_run is 1 or 0"), ("dryrun=1", "unknown parameter"),
        ("deadline=1s&deadline=2s", "given twice"),
        ("watch=1s", "unknown parameter"),
    ])
    func mistakesDrainNothing(query: String, reason: String) {
        let response = ask("POST /drain?\(query)", backend: backend)
        #expect(response.status == .badRequest)
        #expect(response.text.contains(reason))
        #expect(backend.edit { $0.orders.isEmpty })
    }

    @Test func refused() {
        backend.edit { $0.drainStart = .refused(reason: "no other beacon would be left serving") }
        let response = ask("POST /drain", backend: backend)
        #expect(response.status == .conflict)
        #expect(response.text.contains("\"error\": \"no other beacon would be left serving\""))
    }

    @Test func aSecondOrderChangesTheFirst() {
        backend.edit { $0.drainStart = .alreadyDraining(.sample()) }
        #expect(ask("POST /drain", backend: backend).text.hasPrefix("{\n  \"result\": \"changed\","))
    }

    @Test(arguments: [
        (String?.none, false, "start"), ("nobody is left", false, "be_refused"), (nil, true, "change"),
        ("it is leaving", true, "be_refused"),
    ])
    func dryRun(refusal: String?, isDraining: Bool, would: String) {
        var plan = DrainPlan(DrainOrder(deadline: .seconds(60), then: .stay))
        (plan.refusal, plan.isDraining, plan.nodesToMove, plan.othersServing) = (refusal, isDraining, 12, 2)
        backend.edit { [plan] in $0.drainStart = .planned(plan) }
        let response = ask("POST /drain?dry_run=1&format=text", backend: backend)
        #expect(response.status == .ok)
        let expected = """
            result            dry_run
            would             \(would)
            reason            \(refusal ?? "-")
            deadline_seconds  60.0
            then              stay
            nodes_to_move     12
            others_serving    2

            """
        #expect(response.text == expected)
        #expect(backend.edit { $0.dryRuns } == 1)
    }

    @Test(arguments: [
        (DrainCancel.cancelled, Status.ok, "\"result\": \"cancelled\""),
        (.notDraining, .ok, "\"result\": \"not_draining\""),
        (.tooLate(reason: "the beacon has left"), .conflict, "\"error\": \"the beacon has left\""),
    ])
    func cancel(result: DrainCancel, status: Status, text: String) {
        backend.edit { $0.drainCancel = result }
        let response = ask("DELETE /drain", backend: backend)
        #expect(response.status == status)
        #expect(response.text.contains(text))
    }

    @Test("a page of another site and a client without the token drain nothing", arguments: ["POST", "DELETE"])
    func guards(method: String) {
        #expect(ask("\(method) /drain", ["Origin: http://evil.example"], backend: backend).status == .forbidden)
        #expect(ask("\(method) /drain", backend: backend, token: "sesame-sesame-sesame").status == .unauthorized)
        #expect(ask("PUT /drain").fields["Allow"] == "GET, HEAD, POST, DELETE, OPTIONS")
        #expect(backend.edit { $0.orders.isEmpty })
    }

    @Test func aBackendWithoutDrainRefuses() {
        struct Plain: AdminBackend {
            func status() -> BeaconStatus { .sample() }
            func nodes(after cursor: UInt32, limit: Int) -> NodePage { NodePage(nodes: [], next: nil) }
            func node(_ id: NodeID) -> NodeStatus? { nil }
            func peers() -> [PeerStatus] { [] }
            func talkers() -> TalkerStatus { TalkerStatus(TopTalkers([], at: Moment(nanoseconds: 0)), activePairs: 0) }
            func settings() -> [SettingStatus] { [] }
            func unreadyReason() -> String? { nil }
            func notify(_ id: NodeID) -> NotifyResult { .unknownNode }
            func set(_ key: String, to value: String) -> SettingChange { .unknownKey }
        }
        #expect(Plain().beginDrain(DrainOrder(), dryRun: true) == .refused(reason: "this beacon cannot drain"))
        #expect(Plain().cancelDrain() == .notDraining)
        #expect(Plain().drain() == DrainStatus())
    }

    @Test(arguments: [
        ("beacon_drain_state", ["state": "draining"], "1"), ("beacon_drain_state", ["state": "serving"], "0"),
        ("beacon_drain_left_seconds", [:], "119.5"), ("beacon_drain_nodes", ["state": "left"], "30"),
        ("beacon_drain_nodes", ["state": "moved"], "65"), ("beacon_drain_refused_total", [:], "3"),
        ("beacon_drain_frames_total", ["result": "forwarded"], "77"),
        ("beacon_drain_frames_total", ["result": "doubtful"], "6"),
        ("beacon_drain_frames_total", ["result": "lost"], "0"), ("beacon_relay_pairs_active", [:], "4"),
    ])
    func metrics(name: String, labels: [String: String], value: String) throws {
        backend.edit { $0.drain = .sample() }
        let samples = try Exposition(ask("GET /metrics", backend: backend).text).samples(of: name)
        #expect(samples.first { $0.labels == labels }?.value == value)
    }
}
