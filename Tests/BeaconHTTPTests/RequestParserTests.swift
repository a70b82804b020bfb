import BeaconHTTP
import Testing

@Suite struct RequestParserTests {
    @Test func readsAnOrdinaryRequest() throws {
        let request = try #require(single(ordinary))
        #expect(request.method == .get)
        #expect(request.target.form == .origin)
        #expect(request.target.segments == ["stats"])
        #expect(request.target.values("format") == ["text"])
        #expect(request.version == .http11)
        #expect(request.fields["ACCEPT"] == "*/*")
        #expect(request.authority == Authority("localhost:9090"))
        #expect(request.contentLength == nil)
        #expect(request.body.isEmpty)
        #expect(request.keepAlive)
    }

    @Test("RFC 9112 §6.3: a body is as long as Content-Length says")
    func readsABody() throws {
        let request = try #require(
            single("PUT /config/log-level HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\ndebug"))
        #expect(request.contentLength == 5)
        #expect(request.body == Array("debug".utf8))
    }

    @Test("RFC 9112 §6.3: neither framing field means no body, for POST too: curl -X POST sends none")
    func postWithoutLength() throws {
        let request = try #require(single("POST /nodes/1/notify HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(request.contentLength == nil)
        #expect(request.body.isEmpty)
    }

    @Test("RFC 9112 §9.3.2: pipelined requests come out one by one, in order")
    func pipelining() {
        let reading = read("\(ordinary)PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy\(ordinary)")
        #expect(reading.requests.map(\.method) == [.get, .put, .get])
        #expect(reading.requests[1].body == Array("xy".utf8))
        #expect(reading.events.count == 3)
    }

    @Test func oneCallTakesNoMoreThanOneRequest() {
        var parser = RequestParser()
        let stream = Array((ordinary + ordinary).utf8)
        let (event, consumed) = parser.feed(stream.span)
        #expect(consumed == ordinary.utf8.count)
        guard case .request = event else {
            Issue.record("\(event)")
            return
        }
        #expect(parser.isBetweenRequests)
    }

    @Test("RFC 9112 §2.2: empty lines before a request are skipped")
    func leadingEmptyLines() {
        #expect(read("\r\n\r\n" + ordinary).requests.count == 1)
    }

    @Test(
        "RFC 9112 §9.3",
        arguments: [
            ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
            ("HTTP/1.1", "Connection: Foo, CLOSE\r\n", false), ("HTTP/1.1", "Connection: keep-alive, close\r\n", false),
            ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
            ("HTTP/1.0", "Connection: x\r\nConnection: keep-alive\r\n", true),
            ("HTTP/1.0", "Connection: keep-alive, close\r\n", false), ("HTTP/1.7", "", true),
        ])
    func keepAlive(version: String, field: String, expected: Bool) throws {
        let request = try #require(single("GET / \(version)\r\nHost: a\r\n\(field)\r\n"))
        #expect(request.keepAlive == expected)
    }

    @Test("RFC 9110 §10.1.1: the wish for 100 comes out between head and body")
    func expectContinue() throws {
        var parser = RequestParser()
        let head = Array("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n".utf8)
        let (event, consumed) = parser.feed(head.span)
        #expect(event == .continueWanted)
        #expect(consumed == head.count)
        #expect(parser.isInBody)
        let (last, _) = parser.feed(Array("ok".utf8).span)
        guard case .request(let request) = last else {
            Issue.record("\(last)")
            return
        }
        #expect(request.body == Array("ok".utf8))
    }

    @Test(
        "RFC 9110 §10.1.1: no 100 without a body to wait for, and none for HTTP/1.0",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
            "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
            "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
            "PUT / HTTP/1.0\r\nExpect: something-else\r\nContent-Length: 1\r\n\r\nx",
        ])
    func noContinue(text: String) {
        #expect(single(text) != nil)
    }

    @Test func aFailureIsFinal() {
        var parser = RequestParser()
        let (first, taken) = parser.feed(Array("GET / HTTP/3.0\r\n".utf8).span)
        let (second, none) = parser.feed(Array(ordinary.utf8).span)
        #expect(taken == 16)
        #expect(none == 0)
        #expect(first == second)
        #expect(first != .needMore)
    }

    @Test(
        "RFC 9110 §9.3.2: an error in answer to HEAD has no body either",
        arguments: [
            ("HEAD / HTTP/1.1\r\n\r\n", true), ("HEAD / HTTP/1.1\r\nHost : a\r\n", true), ("HEAD / HTTP/9.9\r\n", true),
            ("GET / HTTP/1.1\r\n\r\n", false), ("GET / HTTP/1.1\r\nHEAD : a\r\n", false),
            ("HEADS / HTTP/9.9\r\n", false),
        ])
    func failureKnowsHead(text: String, expected: Bool) throws {
        let failure = try #require(read(text).failure)
        #expect(failure.isHead == expected)
    }
}
