import BeaconHTTP
import Testing

@testable import BeaconAdmin

@Suite struct AccessTests {
    @Test(
        "DNS rebinding: a page's own name never reaches us",
        arguments: [
            ("localhost", true), ("LOCALHOST:9090", true), ("localhost.", true), ("127.0.0.1:9090", true),
            ("[::1]:9090", true),
            ("192.0.2.1", true), ("[2001:db8::1]", true), ("beacon.internal:80", true), ("Beacon.Internal", true),
            ("evil.example", false), ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("", false),
            ("127.1", false), ("0x7f.0.0.1", false), ("xbeacon.internal", false),
        ])
    func host(value: String, isAllowed: Bool) {
        for path in ["/stats", "/healthz", "/nothing"] {
            let response = ask("GET \(path)", ["Host: \(value)"], allowedHosts: ["beacon.INTERNAL"])
            #expect((response.status != .forbidden) == isAllowed, "\(path)")
        }
    }

    @Test("RFC 9112 §3.2.2: an absolute target is what counts")
    func absoluteTarget() {
        #expect(ask("GET http://evil.example/stats", ["Host: localhost"]).status == .forbidden)
        #expect(ask("GET http://127.0.0.1/stats", ["Host: evil.example"]).status == .ok)
    }

    @Test("HTTP/1.0 without Host is no browser")
    func noHost() {
        #expect(ask("GET /stats HTTP/1.0").status == .ok)
        #expect(ask("GET /stats HTTP/1.0", ["Origin: http://localhost"]).status == .forbidden)
    }

    @Test(arguments: [
        ("http://localhost:9090", true), ("http://localhost:9091", false), ("http://localhost", false),
        ("http://127.0.0.1:9090", false), ("http://evil.example", false), ("null", false), ("", false),
        ("https://localhost:9090", true), ("ftp://localhost:9090", false), ("http://localhost:9090/x", false),
        ("localhost:9090", false),
    ])
    func origin(value: String, isAllowed: Bool) {
        for line in ["GET /stats", "POST /nodes/1/notify", "OPTIONS /stats", "HEAD /healthz"] {
            #expect((ask(line, ["Origin: \(value)"]).status != .forbidden) == isAllowed, "\(line)")
        }
    }

    @Test(
        "without a port, the scheme's own is meant",
        arguments: [
            ("http://localhost", "localhost", true), ("http://localhost:80", "localhost", true),
            ("https://localhost", "localhost:443", true), ("https://localhost", "localhost:80", false),
        ])
    func originPort(origin: String, host: String, isAllowed: Bool) {
        #expect((ask("GET /stats", ["Host: \(host)", "Origin: \(origin)"]).status == .ok) == isAllowed)
    }

    @Test func twoOrigins() {
        let origin = "Origin: http://localhost:9090"
        #expect(ask("GET /stats", [origin]).status == .ok)
        #expect(ask("GET /stats", [origin, origin]).status == .forbidden)
    }

    private static let token = "sesame-sesame-sesame"

    @Test(
        "RFC 6750 §2.1",
        arguments: [
            ("Bearer sesame-sesame-sesame", true), ("bearer sesame-sesame-sesame", true),
            ("Bearer sesame-sesame-sesamf", false), ("Bearer sesame", false), ("Bearer sesame-sesame-sesame2", false),
            ("Bearer ", false), ("Bearer", false), ("Basic sesame-sesame-sesame", false),
            ("sesame-sesame-sesame", false),
            ("", false),
        ])
    func token(credentials: String, isRight: Bool) {
        let response = ask("GET /stats", ["Authorization: \(credentials)"], token: Self.token)
        #expect(response.status == (isRight ? .ok : .unauthorized))
        #expect((response.fields["WWW-Authenticate"] == nil) == isRight)
    }

    @Test("RFC 6750 §3: nothing sent is told apart from something wrong")
    func challenge() {
        #expect(ask("GET /stats", token: Self.token).fields["WWW-Authenticate"] == "Bearer")
        let right = "Authorization: Bearer \(Self.token)"
        #expect(ask("GET /stats", [right], token: Self.token).status == .ok)
        #expect(ask("GET /stats", [right, right], token: Self.token).status == .unauthorized)
    }

    @Test(
        "what needs no token",
        arguments: [
            ("GET /healthz", Status.ok), ("HEAD /readyz", .ok), ("GET /", .unauthorized),
            ("GET /metrics", .unauthorized),
            ("GET /nothing", .unauthorized), ("POST /healthz", .unauthorized), ("OPTIONS *", .unauthorized),
            ("BREW /stats", .unauthorized), ("POST /nodes/1/notify", .unauthorized),
        ])
    func open(line: String, expected: Status) {
        #expect(ask(line, token: Self.token).status == expected)
    }
}
