import BeaconHTTP
import Testing

@Suite struct ResponseWriterTests {
    private func text(
        _ response: Response, _ persistence: Persistence = .keep, isHead: Bool = false, date: Int64 = 784_111_777
    ) -> String {
        String(
            decoding: ResponseWriter.bytes(response, persistence: persistence, isHead: isHead, date: date),
            as: UTF8.self)
    }

    private let ok = Response(.ok, contentType: "text/plain", body: Array("ok".utf8))

    @Test func wholeResponse() {
        let expected = """
            HTTP/1.1 200 OK\r
            Date: Sun, 06 Nov 1994 08:49:37 GMT\r
            Content-Type: text/plain\r
            Content-Length: 2\r
            \r
            ok
            """
        #expect(text(ok) == expected)
    }

    @Test("RFC 9110 §9.3.2: HEAD gets the head of GET")
    func head() {
        #expect(text(ok, isHead: true) + "ok" == text(ok))
    }

    @Test("RFC 9112 §9.3", arguments: [(Persistence.close, "close"), (.keepHTTP10, "keep-alive")])
    func connection(persistence: Persistence, option: String) {
        #expect(text(ok, persistence).contains("\r\nConnection: \(option)\r\n"))
        #expect(!text(ok).contains("Connection"))
    }

    @Test("RFC 9112 §6.3: content up to the close has no length")
    func openEnded() {
        var response = ok
        response.isOpenEnded = true
        #expect(!text(response, .close).contains("Content-Length"))
        #expect(text(response, .close).hasSuffix("\r\nConnection: close\r\n\r\nok"))
        #expect(text(response, isHead: true).hasSuffix("\r\nContent-Type: text/plain\r\n\r\n"))
    }

    @Test("RFC 9110 §8.6: 204 has no Content-Length")
    func noContent() {
        #expect(!text(Response(.noContent)).contains("Content-Length"))
        #expect(text(Response(.notFound)).contains("\r\nContent-Length: 0\r\n"))
    }

    @Test(
        "RFC 9110 §5.5: a value cannot start a line of its own",
        arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\0b\r", "a\u{7f}"])
    func noInjection(value: String) {
        var response = ok
        response.fields.add("X-Echo", value)
        let head = text(response).split(separator: "\r\n\r\n")[0]
        #expect(head.split(separator: "\r\n").count == 5)
        #expect(head.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\r" || $0 == "\n" })
        #expect(head.unicodeScalars.count { $0 == "\n" } == 4)
    }

    @Test(
        "RFC 9110 §5.6.7",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (-1, "Thu, 01 Jan 1970 00:00:00 GMT"), (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func date(seconds: Int64, expected: String) {
        #expect(text(ok, date: seconds).contains("\r\nDate: \(expected)\r\n"))
    }
}
