import BeaconHTTP
import Testing

/// What must not be accepted, with the status that says so.
@Suite struct RefusalTests {
    struct Case: CustomTestStringConvertible {
        let rule: String
        let status: Status
        let text: String

        init(_ status: Status, _ rule: String, _ text: String) {
            self.rule = rule
            self.status = status
            self.text = text
        }

        var testDescription: String { "\(status.code) \(rule)" }
    }

    /// A GET with these field lines.
    static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\n\(fields)\r\n" }
    static func put(_ fields: String) -> String { "PUT / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }

    static let requestLines: [Case] = [
        .init(.badRequest, "9112 §3: no version (HTTP/0.9)", "GET /\r\n"),
        .init(.badRequest, "9112 §3: two spaces", "GET  / HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3: a tab between", "GET\t/ HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3: a space behind", "GET / HTTP/1.1 \r\n"),
        .init(.badRequest, "9112 §3: a space in front", " GET / HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3: a space in the target", "GET /a b HTTP/1.1\r\n"),
        .init(.badRequest, "9110 §9.1: method is no token", "G(T / HTTP/1.1\r\n"),
        .init(.badRequest, "9110 §9.1: method with bytes above ASCII", "G\u{e9}T / HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §2.3: version in lower case", "GET / http/1.1\r\n"),
        .init(.badRequest, "9112 §2.3: version without minor", "GET / HTTP/1\r\n"),
        .init(.badRequest, "9112 §2.3: two digits", "GET / HTTP/1.10\r\n"),
        .init(.badRequest, "9112 §2.3: no digits", "GET / HTTP/a.b\r\n"),
        .init(.badRequest, "9112 §2.3: not HTTP", "GET / RTSP/1.0\r\n"),
        .init(.versionNotSupported, "9110 §15.6.6: HTTP/2.0", "GET / HTTP/2.0\r\n"),
        .init(.versionNotSupported, "9113 §3.4: connection preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        .init(.versionNotSupported, "9110 §15.6.6: HTTP/0.9", "GET / HTTP/0.9\r\n"),
        .init(.notImplemented, "9110 §9.3.6: CONNECT", "CONNECT a:443 HTTP/1.1\r\n"),
    ]

    static let targets: [Case] = [
        .init(.badRequest, "9112 §3.2: no form", "GET stats HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3.2.3: authority form", "GET localhost:9090 HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3.2.4: * for GET", "GET * HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3.2.2: another scheme", "GET ftp://a/ HTTP/1.1\r\n"),
        .init(.badRequest, "9112 §3.2.2: https is not ours", "GET https://a/ HTTP/1.1\r\n"),
        .init(.badRequest, "9110 §4.2.1: empty host", "GET http:///stats HTTP/1.1\r\n"),
        .init(.badRequest, "9110 §4.2.4: user information", "GET http://u:p@a/ HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §3.2.3: port is no number", "GET http://a:9x/ HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §3.2.3: port too large", "GET http://a:65536/ HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §3.5: a fragment", "GET /a#b HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §3.3: an unescaped byte", "GET /a|b HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §3.3: a backslash", "GET /..\\x HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §3.3: bytes above ASCII", "GET /\u{e9} HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §2.1: half an escape", "GET /a%4 HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §2.1: a bare %", "GET /a% HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §2.1: not hexadecimal", "GET /%zz HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §2.1: a sign is no digit", "GET /%+1 HTTP/1.1\r\n"),
        .init(.badRequest, "3986 §2.1: in the query", "GET /?a=%g0 HTTP/1.1\r\n"),
        .init(.badRequest, "an escaped NUL", "GET /a%00b HTTP/1.1\r\n"),
        .init(.badRequest, "an escaped line end", "GET /?a=%0d%0aX HTTP/1.1\r\n"),
        .init(.badRequest, "3629 §3: not UTF-8", "GET /%ff HTTP/1.1\r\n"),
        .init(.badRequest, "3629 §3: overlong", "GET /%c0%af HTTP/1.1\r\n"),
    ]

    static let fields: [Case] = [
        .init(.badRequest, "9112 §3.2: no Host", get("")),
        .init(.badRequest, "9112 §3.2: two Hosts", get("Host: a\r\nHost: a\r\n")),
        .init(.badRequest, "9112 §3.2: two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n"),
        .init(.badRequest, "9112 §3.2: a list in Host", get("Host: a, b\r\n").replacing(", ", with: " ")),
        .init(.badRequest, "9112 §3.2: a path in Host", get("Host: a/b\r\n")),
        .init(.badRequest, "9112 §3.2: user information in Host", get("Host: u@a\r\n")),
        .init(.badRequest, "9112 §3.2: bracket left open", get("Host: [::1\r\n")),
        .init(.badRequest, "9112 §3.2: no colon in brackets", get("Host: [a]\r\n")),
        .init(.badRequest, "9112 §3.2: IPv6 without brackets", get("Host: ::1\r\n")),
        .init(.badRequest, "9112 §3.2: port too large", get("Host: a:65536\r\n")),
        .init(.badRequest, "9112 §3.2: signed port", get("Host: a:+80\r\n")),
        .init(.badRequest, "9112 §5.1: space before the colon", get("Host: a\r\nX : y\r\n")),
        .init(.badRequest, "9112 §5.1: tab before the colon", get("Host: a\r\nX\t: y\r\n")),
        .init(.badRequest, "9112 §5.2: folded line", get("Host: a\r\nX: y\r\n z\r\n")),
        .init(.badRequest, "9112 §5.2: folded with a tab", get("Host: a\r\nX: y\r\n\tz\r\n")),
        .init(.badRequest, "9112 §2.2: white space before the first field", get(" Host: a\r\n")),
        .init(.badRequest, "9112 §5: no colon", get("Host: a\r\nnonsense\r\n")),
        .init(.badRequest, "9110 §5.1: empty name", get("Host: a\r\n: y\r\n")),
        .init(.badRequest, "9110 §5.1: name is no token", get("Host: a\r\nX[]: y\r\n")),
        .init(.badRequest, "9110 §5.1: name with a space in it", get("Host: a\r\nX Y: y\r\n")),
        .init(.badRequest, "9110 §5.5: NUL", get("Host: a\r\nX: y\0z\r\n")),
        .init(.badRequest, "9110 §5.5: a control byte", get("Host: a\r\nX: y\u{1b}z\r\n")),
        .init(.badRequest, "9110 §5.5: DEL", get("Host: a\r\nX: y\u{7f}z\r\n")),
        .init(.badRequest, "9112 §2.2: a bare CR", get("Host: a\r\nX: y\rz\r\n")),
        .init(.badRequest, "9112 §2.2: CR CR LF", get("Host: a\r\r\n")),
        .init(.badRequest, "9112 §2.2: a bare LF ends no line", get("Host: a\n")),
        .init(.badRequest, "9112 §2.2: a bare LF ends no request line", "GET / HTTP/1.1\nHost: a\n\n"),
        .init(.badRequest, "a TLS handshake", "\u{16}\u{3}\u{1}"),
    ]

    static let framing: [Case] = [
        .init(.badRequest, "9112 §6.3: two lengths that differ", put("Content-Length: 1\r\nContent-Length: 2\r\n")),
        .init(.badRequest, "9112 §6.3: two lengths that agree", put("Content-Length: 1\r\ncontent-length: 1\r\n")),
        .init(.badRequest, "9112 §6.3: a list of lengths", put("Content-Length: 1, 1\r\n")),
        .init(.badRequest, "9110 §8.6: empty", put("Content-Length:\r\n")),
        .init(.badRequest, "9110 §8.6: signed", put("Content-Length: +1\r\n")),
        .init(.badRequest, "9110 §8.6: negative", put("Content-Length: -1\r\n")),
        .init(.badRequest, "9110 §8.6: hexadecimal", put("Content-Length: 0x1\r\n")),
        .init(.badRequest, "9110 §8.6: a fraction", put("Content-Length: 1.0\r\n")),
        .init(.badRequest, "9110 §8.6: white space inside", put("Content-Length: 1 1\r\n")),
        .init(
            .badRequest, "9112 §6.1: with Transfer-Encoding", put("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")
        ),
        .init(.badRequest, "9112 §6.1: the other way round", put("Transfer-Encoding: x\r\nContent-Length: 0\r\n")),
        .init(.badRequest, "9112 §6.1: coded HTTP/1.0", "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        .init(.notImplemented, "9112 §6.1: chunked", put("Transfer-Encoding: chunked\r\n")),
        .init(.notImplemented, "9112 §6.1: unknown coding", put("Transfer-Encoding: , xchunked\r\n")),
        .init(.contentTooLarge, "9110 §15.5.14: over 64 KiB", put("Content-Length: 65537\r\n")),
        .init(.contentTooLarge, "9110 §8.6: more digits than an Int", put("Content-Length: 99999999999999999999\r\n")),
        .init(.expectationFailed, "9110 §10.1.1: unknown", put("Expect: 200-ok\r\nContent-Length: 1\r\n")),
        .init(.expectationFailed, "9110 §10.1.1: one of two", put("Expect: 100-continue, x\r\nContent-Length: 1\r\n")),
        .init(
            .contentTooLarge, "9110 §10.1.1: final answer instead of 100",
            put("Expect: 100-continue\r\nContent-Length: 65537\r\n")),
    ]

    @Test(arguments: requestLines + targets + fields + framing)
    func refuses(_ wrong: Case) throws {
        let reading = read(wrong.text)
        let failure = try #require(reading.failure, "accepted as \(reading.events)")
        #expect(failure.status == wrong.status, "\(failure.reason)")
        #expect(reading.requests.isEmpty)
    }

    /// The tables above would prove little if a slip in the frame around each case were what is refused.
    @Test(arguments: [
        get("Host: a\r\nX: y\r\n"), get("Host: a\r\nX:y\t z \r\n"), get("Host: [::1]:80\r\n"),
        get("Host: [fe80::1%25eth0]\r\n"),
        get("Host:\r\n"), get("Host: a:\r\n"), get("Host: a\r\nX:\r\n"), "GET / HTTP/1.0\r\n\r\n",
        "GET http://a:80/b?c=d HTTP/1.1\r\nHost: e\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", put("Content-Length: 0\r\n"), put("Content-Length: 000\r\n"),
        put("Expect: 100-continue\r\n"), "GET /%c3%a9?a=%20+ HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func acceptsWhatIsNear(text: String) {
        #expect(read(text).failure == nil)
        #expect(read(text).requests.count == 1)
    }
}
