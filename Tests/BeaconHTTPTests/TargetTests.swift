import BeaconHTTP
import Testing

@Suite struct TargetTests {
    private func target(_ text: String, _ method: String = "GET") -> Target? {
        single("\(method) \(text) HTTP/1.1\r\nHost: h\r\n\r\n")?.target
    }

    @Test(
        "3986 §3.3",
        arguments: [
            ("/", []), ("/stats", ["stats"]), ("/nodes/7/notify", ["nodes", "7", "notify"]),
            ("/stats/", ["stats", ""]),
            ("//stats", ["", "stats"]), ("/a%2Fb/c", ["a/b", "c"]), ("/%e2%82%ac", ["€"]), ("/a+b", ["a+b"]),
            ("/../etc", ["..", "etc"]), ("/a:b@c;d=e", ["a:b@c;d=e"]), ("?x", nil),
        ] as [(String, [String]?)])
    func segments(text: String, expected: [String]?) {
        #expect(target(text)?.segments == expected)
    }

    @Test(
        "the query is split before its escapes are decoded",
        arguments: [
            ("/?limit=5&after=9", ["limit=5", "after=9"]), ("/?a", ["a="]), ("/?a=b=c", ["a=b=c"]), ("/?", []),
            ("/?&&a=1&", ["a=1"]), ("/?a=%26%3D+%2B", ["a=&= +"]), ("/?%61=1&a=2", ["a=1", "a=2"]),
            ("/?a=/?:@", ["a=/?:@"]),
        ])
    func query(text: String, expected: [String]) throws {
        #expect(try #require(target(text)).query.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test(
        "9112 §3.2.2: an absolute target's authority replaces Host",
        arguments: [
            ("http://Example.COM:81/stats?a=b", "example.com:81", ["stats"]), ("HTTP://[::1]", "[::1]", []),
            ("http://127.0.0.1?a", "127.0.0.1", []),
        ])
    func absolute(text: String, authority: String, segments: [String]) throws {
        let request = try #require(single("GET \(text) HTTP/1.1\r\nHost: other\r\n\r\n"))
        let expected = try #require(Authority(authority))
        #expect(request.target.form == .absolute(expected))
        #expect(request.authority == expected)
        #expect(request.target.segments == segments)
    }

    @Test("9112 §3.2.4")
    func asterisk() {
        #expect(target("*", "OPTIONS")?.form == .asterisk)
        #expect(target("*", "OPTIONS")?.segments == [])
        #expect(target("/", "OPTIONS")?.form == .origin)
    }

    @Test(
        "9110 §7.2",
        arguments: [
            ("localhost", "localhost", nil), ("LOCALHOST:9090", "localhost", 9090), ("[::1]:80", "::1", 80),
            ("a:", "a", nil),
            ("", "", nil), ("127.0.0.1:0", "127.0.0.1", 0),
        ] as [(String, String, UInt16?)])
    func authority(text: String, host: String, port: UInt16?) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host)
        #expect(authority.port == port)
    }
}
