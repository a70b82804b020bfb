import BeaconBasics
import BeaconHTTP
import BeaconRelay
import FoundationEssentials
import Testing

@testable import BeaconAdmin

@Suite struct EndpointTests {
    /// Any JSON: decoding fails for what is not.
    struct Anything: Decodable {
        init(from decoder: any Decoder) throws {
            if var list = try? decoder.unkeyedContainer() {
                while !list.isAtEnd { _ = try list.decode(Anything.self) }
            }
        }
    }

    static let reports = [
        "/", "/stats", "/shards", "/top", "/top?by=bytes&n=500", "/drops", "/peers", "/nodes", "/config", "/nodes/1",
        "/fleet", "/peers/9",
        "/directory", "/path?to=1", "/path?from=2&to=9999999", "/events", "/drain",
    ]

    private func backend() -> FakeBackend {
        let backend = FakeBackend()
        backend.edit { state in
            state.nodes = (1...2_500).map { NodeStatus.sample($0) }
            state.peers = [
                PeerStatus(
                    address: Address("192.0.2.9:9001")!, configured: true, beaconID: 9, nodes: 0,
                    lastSyncSeconds: nil, syncsReceived: 0, syncsSent: 3)
            ]
        }
        return backend
    }

    @Test(arguments: reports)
    func everyReportIsJSONAndText(path: String) throws {
        let json = ask("GET \(path)", ["Accept: application/json"], backend: backend())
        #expect(json.status == .ok)
        #expect(json.fields["Content-Type"] == "application/json")
        _ = try JSONDecoder().decode(Anything.self, from: Data(json.body))
        #expect(json.body.last == 0x0A)
        let text = ask("GET \(path)\(path.contains("?") ? "&" : "?")format=text", backend: backend())
        #expect(text.fields["Content-Type"] == "text/plain; charset=utf-8")
        #expect(text.text.hasSuffix("\n"))
        #expect(!text.text.hasPrefix("{"))
    }

    @Test(arguments: reports + ["/metrics", "/healthz"])
    func answersAreNotKeptAndNotGuessedAt(path: String) {
        let response = ask("GET \(path)", backend: backend())
        #expect(response.fields["Cache-Control"] == "no-store")
        #expect(response.fields["X-Content-Type-Options"] == "nosniff")
        #expect(response.fields["Vary"] == "Accept, Accept-Encoding")
    }

    @Test func statsAddsUp() {
        let text = ask("GET /stats?format=text").text
        for line in [
            "totals.received 26", "totals.answered 2", "totals.forwarded 20", "totals.dropped 4", "received.relay 24",
            "answered.stun 2", "forwarded.deliver 20", "dropped.unknown_destination 4", "dropped.table_full 0",
            "nodes.registered 5", "uptime_seconds 12.346", "version 1.2.3", "rates.received -", "sockets.overflows 1",
        ] {
            let (name, value) = (line.split(separator: " ")[0], line.split(separator: " ")[1])
            #expect(text.split(separator: "\n").contains { $0.split(separator: " ") == [name, value] }, "\(line)")
        }
    }

    @Test("the bare form of curl | jq has a stable order")
    func statsOrder() {
        let text = ask("GET /stats").text
        let top = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }.map { $0.split(separator: "\"")[1] }
        #expect(
            top == [
                "version", "beacon_id", "listen", "started_at", "uptime_seconds", "ready", "unready_reason",
                "takeover_gap_seconds",
                "totals",
                "rates", "received", "answered", "forwarded", "dropped", "sent", "batching", "sockets", "nodes",
                "registration", "registry", "legacy", "fleet", "drain", "snapshots", "process", "admin",
            ])
    }

    @Test func drops() {
        let lines = ask("GET /drops?format=text").text.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.first == ["total", "4"])
        #expect(lines.contains(["reasons.unknown_destination", "4"]))
        #expect(lines.contains(["socket_overflows.shards", "0,", "1"]))
        #expect(lines.count == 3 + Outcome.allCases.count { $0.group == .dropped })
    }

    @Test func nodesArePaged() {
        let backend = backend()
        func rows(_ query: String) -> Int {
            ask("GET /nodes\(query)", backend: backend).text.split(separator: "\"endpoint\"").count - 1
        }
        #expect(rows("") == 100)
        #expect(rows("?limit=1000") == 1_000)
        #expect(rows("?limit=1000&after=2000") == 500)
        #expect(ask("GET /nodes?after=2000", backend: backend).text.hasSuffix("\"next\": 2100\n}\n"))
        #expect(ask("GET /nodes?after=2400", backend: backend).text.hasSuffix("\"next\": null\n}\n"))
    }

    @Test(arguments: [
        "/nodes?limit=0", "/nodes?limit=1001", "/nodes?limit=-1", "/nodes?limit=+5", "/nodes?limit=x", "/nodes?limit=",
        "/nodes?limit=5&limit=6", "/nodes?after=4294967296", "/nodes?limt=5", "/stats?limit=5", "/nodes/x",
        "/nodes/4294967296", "/nodes/-1", "/nodes/", "/stats?format=xml", "/stats?format=text&format=json",
        "/metrics?format=json", "/peers?limit=0", "/peers?after=-1", "/directory?limit=1001", "/directory?owner=1",
        "/peers/0", "/peers/x", "/peers/4294967296", "/peers/", "/path", "/path?from=1", "/path?to=", "/path?to=x",
        "/path?to=1&to=2", "/path?to=4294967296", "/path?to=1&from=-1", "/path?to=1&via=2", "/events?after=-1",
        "/events?after=x", "/events?after=9223372036854775808", "/events?after=1&after=2", "/events?limit=5",
        "/events?format=json&limit=0", "/events?format=stream", "/fleet?limit=1",
    ])
    func badParameters(target: String) {
        #expect(ask("GET \(target)", backend: backend()).status == .badRequest)
    }

    @Test(arguments: ["/stat", "/stats/", "//stats", "/stats/x", "/nodes/1/2", "/..", "/%2E%2E/stats", "/Stats"])
    func unknownPaths(target: String) {
        #expect(ask("GET \(target)").status == .notFound)
    }

    @Test func oneNode() {
        #expect(ask("GET /nodes/17", backend: backend()).text.contains("\"endpoint\": \"192.0.2.17:4000\""))
        #expect(ask("GET /nodes/9999999", backend: backend()).status == .notFound)
        #expect(ask("GET /nodes/1%37", backend: backend()).text.contains("\"id\": 17,"))
    }

    @Test func notify() {
        let backend = backend()
        #expect(ask("POST /nodes/17/notify", backend: backend).text == "{\n  \"result\": \"sent\"\n}\n")
        backend.edit { $0.notifyResult = .recently }
        #expect(ask("POST /nodes/17/notify", backend: backend).text == "{\n  \"result\": \"recently\"\n}\n")
        backend.edit { $0.notifyResult = .failed("no route") }
        #expect(ask("POST /nodes/17/notify", backend: backend).status == .badGateway)
        #expect(ask("POST /nodes/9999999/notify", backend: backend).status == .notFound)
        #expect(ask("POST /nodes/x/notify", backend: backend).status == .badRequest)
        #expect(backend.edit { $0.notified } == [NodeID(17), NodeID(17), NodeID(17)])
    }

    @Test func settingsChange() {
        let backend = FakeBackend()
        func put(_ key: String, _ value: String?) -> Response {
            ask("PUT /config/\(key)", body: value, backend: backend)
        }
        #expect(put("log-level", "debug\n").text.contains("\"value\": \"debug\""))
        #expect(ask("GET /config?format=text", backend: backend).text.contains("log-level  debug  admin"))
        #expect(put("log-level", "loud").status == .badRequest)
        #expect(put("log-level", "a\nb").status == .badRequest)
        #expect(put("addr", ":1").status == .conflict)
        #expect(put("nothing", "1").status == .notFound)
        #expect(put("log-level", nil).status == .lengthRequired)
        #expect(put("log-level", "").text.contains("\"value\": \"\""))
        #expect(ask("PUT /config/log-level?format=xml", body: "warn", backend: backend).status == .badRequest)
        #expect(backend.settings()[0].value == "")
    }

    @Test func methods() {
        let wrong = ask("PUT /stats", body: "")
        #expect(wrong.status == .methodNotAllowed)
        #expect(wrong.fields["Allow"] == "GET, HEAD, OPTIONS")
        #expect(ask("GET /nodes/1/notify").fields["Allow"] == "POST, OPTIONS")
        #expect(ask("TRACE /stats").status == .methodNotAllowed)
        #expect(ask("BREW /stats").status == .notImplemented)
        #expect(ask("get /stats").status == .notImplemented)
        #expect(ask("OPTIONS /config/x").status == .noContent)
        #expect(ask("OPTIONS /config/x").fields["Allow"] == "PUT, OPTIONS")
        #expect(ask("OPTIONS *").fields["Allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS")
        #expect(ask("HEAD /stats") == ask("GET /stats"))
    }

    @Test func theIndexListsEveryRoute() {
        let routes = Route.observing + Route.changing
        let text = ask("GET /?format=text").text
        for route in routes {
            let words = [route.method.name, route.pattern]
            #expect(
                text.split(separator: "\n").contains { $0.split(separator: " ").starts(with: words.map { $0[...] }) })
        }
        #expect(Set(routes.map { "\($0.method.name) \($0.pattern)" }).count == routes.count)
    }

    @Test func probes() {
        let backend = FakeBackend()
        #expect(ask("GET /healthz", backend: backend).body == Array("ok".utf8))
        #expect(ask("GET /healthz?anything=1", ["Accept: application/json"], backend: backend).text == "ok")
        #expect(ask("GET /readyz", backend: backend).text == "ready")
        backend.edit { $0.unready = "draining" }
        #expect(ask("GET /readyz", backend: backend).status == .serviceUnavailable)
        #expect(ask("GET /readyz", backend: backend).text == "draining")
        #expect(ask("GET /healthz", backend: backend).text == "ok")
        #expect(ask("GET /stats", backend: backend).text.contains("\"unready_reason\": \"draining\""))
    }

    @Test func theHealthListenerServesHealthAlone() {
        for method in ["GET", "POST", "DELETE", "BREW"] {
            let response = HealthService.respond(to: request("\(method) /healthz", ["Host: evil.example"]))
            #expect(response.status == .ok)
            #expect(response.text == "ok")
        }
        #expect(HealthService.respond(to: request("GET /stats")).status == .notFound)
    }

    @Test(
        "RFC 9110 §12.5.1",
        arguments: [
            ("text/plain", "text/plain"), ("text/*", "text/plain"), ("application/json", "application/json"),
            ("*/*", "application/json"), ("text/plain;q=0.5, application/json", "application/json"),
            ("text/plain, application/json;q=0.9", "text/plain"), ("image/png", "application/json"),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/json"),
            ("text/plain;q=0, */*", "application/json"),
            ("text/plain, */*;q=0.1", "text/plain"),
        ])
    func accept(value: String, expected: String) {
        #expect(ask("GET /stats", ["Accept: \(value)"]).fields["Content-Type"]?.hasPrefix(expected) == true)
    }

    @Test func errorsComeInTheFormAskedFor() {
        #expect(ask("GET /x").text == "{\n  \"error\": \"no such path; GET / lists them\",\n  \"status\": 404\n}\n")
        #expect(ask("GET /x?format=text").text == "error   no such path; GET / lists them\nstatus  404\n")
    }

    @Test(
        "RFC 9110 §12.5.3",
        arguments: [
            ("gzip", true), ("deflate, GZIP;q=0.5", true), ("*", true), ("x-gzip", true), ("gzip;q=0", false),
            ("gzip;q=0, *", false), ("br", false), ("gzip;q=0.1, identity;q=0.5", false), ("", false), ("*;q=0", false),
        ])
    func gzip(value: String, expected: Bool) throws {
        let plain = ask("GET /stats")
        let coded = ask("GET /stats", ["Accept-Encoding: \(value)"])
        #expect(coded.fields["Content-Encoding"] == (expected ? "gzip" : nil))
        #expect(expected ? coded.body.count < plain.body.count / 2 : coded.body == plain.body)
        if expected { #expect(gunzip(coded.body) == plain.body) }
    }

    @Test func smallAnswersAreNotCoded() {
        #expect(ask("GET /healthz", ["Accept-Encoding: gzip"]).fields["Content-Encoding"] == nil)
    }

    @Test func rates() {
        let meter = RateMeter()
        var status = BeaconStatus.sample()
        func reading() -> RateMeter.Reading { RateMeter.Reading(status) }
        #expect(meter.base(for: reading()) == nil)
        meter.record(reading())
        #expect(meter.base(for: reading()) == nil)
        for second in [5.0, 10, 15] {
            status.uptimeSeconds = 12.3456 + second
            meter.record(reading())
        }
        status.uptimeSeconds += 1
        status.shards[0].counters.receivedPackets[0] += 30
        let report = Report.stats(status, unready: nil, rates: meter, admin: AdminCounters())
        let lines = String(decoding: PlainText.bytes(report), as: UTF8.self).split(separator: "\n")
        for expected in [["rates.over_seconds", "6.0"], ["rates.received", "5.0"], ["rates.dropped", "0.0"]] {
            #expect(lines.contains { $0.split(separator: " ").map(String.init) == expected }, "\(expected)")
        }
    }
}
