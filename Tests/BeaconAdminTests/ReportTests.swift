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
        let wide = Report((1...15).map { ("f\($0)", Report($0)) })
        let lines = String(decoding: PlainText.bytes(["rows": .array([wide, wide])]), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 16)
        #expect(lines[1] == "  f1   1   1")
        #expect(lines[15] == "  f15  15  15")
    }

    @Test func oneLineOfJSON() {
        let report: Report = [
            "text": Report("a\r\nb\u{2028}\u{7F}\"\0"), "rows": .array([Report(1), ["x": Report(2.5 > 2)]]),
            "none": .array([]), "inline": Report(inline: [("y", .null)]),
        ]
        let text = #""a\u000d\nb"# + "\u{2028}\u{7F}" + #"\"\u0000""#
        let expected = "{\"text\":" + text + #","rows":[1,{"x":true}],"none":[],"inline":{"y":null}}"#
        #expect(String(decoding: JSONText.line(report), as: UTF8.self) == expected)
    }

    @Test("an inline object is an object in JSON, and one word of a table in text, whether there or not")
    func inline() {
        let why = Report(inline: [("who", .array([Report(2), Report(3)])), ("n", Report(0))])
        let rows: Report = [
            "rows": .array([
                ["id": Report(1), "why": why], ["id": Report(2), "why": .null],
                ["id": Report(3), "why": Report(inline: [(String, Report)]())],
            ])
        ]
        let text = "rows\n  id  why\n  1   who=2, 3 n=0\n  2   -\n  3   none\n"
        #expect(String(decoding: PlainText.bytes(rows), as: UTF8.self) == text)
        #expect(JSONText.line(rows).starts(with: #"{"rows":[{"id":1,"why":{"who":[2,3],"n":0}},"#.utf8))
    }

    @Test("JSON has no infinity", arguments: [Double.infinity, -.infinity, .nan])
    func notFinite(value: Double) {
        #expect(JSONText.bytes(.double(value)) == Array("null\n".utf8))
    }

    @Test func aCounterBeyondIntIsShownAsTheLargest() {
        #expect(Report(UInt64.max) == .integer(.max))
    }
}
