import Testing

@testable import BeaconAdmin

@Suite struct ReportTests {
    private let report: Report = [
        "name": Report("a \"b\"\\\n\u{1}é"),
        "count": Report(UInt64(3)),
        "seconds": Report(seconds: 1.23456),
        "flag": Report(true),
        "missing": Report(String?.none),
        "inner": ["x": Report(-1), "deeper": ["y": Report(2)]],
        "none": .array([]),
        "empty": [:],
        "list": .array([Report(1), Report("two")]),
        "rows": .array([
            ["id": Report(1), "at": ["host": Report("a")]], ["id": Report(200), "at": ["host": Report("")]],
        ]),
        "last": Report(7),
    ]

    @Test func json() {
        let expected = #"""
            {
              "name": "a \"b\"\\\n\u0001é",
              "count": 3,
              "seconds": 1.235,
              "flag": true,
              "missing": null,
              "inner": {
                "x": -1,
                "deeper": {
                  "y": 2
                }
              },
              "none": [],
              "empty": {},
              "list": [
                1,
                "two"
              ],
              "rows": [
                {
                  "id": 1,
                  "at": {
                    "host": "a"
                  }
                },
                {
                  "id": 200,
                  "at": {
                    "host": ""
                  }
                }
              ],
              "last": 7
            }

            """#
        #expect(String(decoding: JSONText.bytes(report), as: UTF8.self) == expected)
    }

    @Test func text() {
        let expected = #"""
            name            a "b"\\u{a}\u{1}é
            count           3
            seconds         1.235
            flag            yes
            missing         -
            inner.x         -1
            inner.deeper.y  2
            none            none
            list            1, two

            rows
              id   at.host
              1    a
              200  ""

            last  7

            """#
        #expect(String(decoding: PlainText.bytes(report), as: UTF8.self) == expected)
    }

    @Test("a table too wide for a terminal lies on its side")
    func wideTable() {
        let wide = Report((1...13).map { ("f\($0)", Report($0)) })
        let lines = String(decoding: PlainText.bytes(["rows": .array([wide, wide])]), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 14)
        #expect(lines[1] == "  f1   1   1")
        #expect(lines[13] == "  f13  13  13")
    }

    @Test("JSON has no infinity", arguments: [Double.infinity, -.infinity, .nan])
    func notFinite(value: Double) {
        #expect(JSONText.bytes(.double(value)) == Array("null\n".utf8))
    }

    @Test func aCounterBeyondIntIsShownAsTheLargest() {
        #expect(Report(UInt64.max) == .integer(.max))
    }
}
