import BeaconBasics
import BeaconHTTP
import BeaconTestKit
import Testing

@testable import BeaconAdmin

@Suite struct EventListTests {
    private func backend(_ count: Int) -> FakeBackend {
        let backend = FakeBackend()
        for number in 0..<count {
            backend.log.add("member", [.init("beacon", "\(number)"), .init("text", "\"\n\u{7F}")], time: 1_000.5)
        }
        return backend
    }

    @Test func list() {
        let expected = """
            {
              "events": [
                {
                  "id": 2,
                  "time": 1000.5,
                  "kind": "member",
                  "fields": {
                    "beacon": "1",
                    "text": "\\"\\n\u{7F}"
                  }
                }
              ],
              "next": null,
              "newest": 2,
              "gap": false
            }

            """
        #expect(ask("GET /events?format=json&limit=1", backend: backend(2)).text == expected)
        #expect(ask("GET /events?format=json&after=1", backend: backend(2)).text == expected)
    }

    @Test func pages() {
        let text = ask("GET /events?format=json&after=0&limit=2", backend: backend(5)).text
        #expect(text.hasSuffix("\"next\": 2,\n  \"newest\": 5,\n  \"gap\": false\n}\n"))
        let lost = ask("GET /events?format=json&after=1&limit=1000", backend: backend(1_030)).text
        #expect(lost.hasSuffix("\"next\": 1006,\n  \"newest\": 1030,\n  \"gap\": true\n}\n"))
    }

    @Test func asText() {
        let text = ask("GET /events?format=text", backend: backend(1)).text
        #expect(text.contains("\n  1   1000.5  member  beacon=0 text=\"\\u{a}\\u{7f}\n"))
    }

    @Test(
        "a stream unless a list is asked for",
        arguments: [
            (nil, true), ("*/*", true), ("text/event-stream", true), ("text/html,*/*;q=0.8", true),
            ("application/json", false), ("text/plain", false), ("application/json, text/plain, */*", false),
            ("application/json;q=0.5, text/event-stream", true), ("text/event-stream;q=0.5, application/json", false),
            ("application/json;q=0", true),
        ])
    func negotiation(accept: String?, isStream: Bool) {
        let response = ask("GET /events", accept.map { ["Accept: \($0)"] } ?? [], backend: backend(1))
        #expect((response.fields["Content-Type"] == "text/event-stream") == isStream, "\(accept ?? "none")")
        #expect(response.isOpenEnded == isStream)
        #expect(response.status == .ok)
    }

    @Test func aStreamIsNeverCodedNorKept() {
        let response = ask("GET /events", ["Accept-Encoding: gzip"], backend: backend(1))
        #expect(response.fields["Content-Encoding"] == nil)
        #expect(response.fields["Cache-Control"] == "no-store")
    }
}
