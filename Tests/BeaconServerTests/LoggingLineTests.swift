import BeaconBasics
import BeaconJSON
import Logging
import Testing

@testable import BeaconServer

@Suite struct LoggingLineTests {
    /// 2026-11-22T14:31:00.123Z
    private static let time = LogTime(unixMilliseconds: 1_795_357_860_123, moment: Moment(nanoseconds: 0))

    private func line(
        _ format: Configuration.LogFormat, _ level: Logger.Level = .info, _ message: String = "m",
        _ fields: Logger.Metadata = [:], suppressed: UInt64 = 0
    ) -> String {
        LogLine(time: Self.time, level: level, message: message, fields: fields, suppressed: suppressed).rendered(
            format)
    }

    @Test func text() {
        let text = line(.text, .info, "listening", ["shards": .stringConvertible(2), "address": "[::]:9001"])
        #expect(text == "2026-11-22T14:31:00.123Z info  listening address=[::]:9001 shards=2")
        #expect(line(.text, .warning, suppressed: 123) == "2026-11-22T14:31:00.123Z warn  m suppressed=123")
    }

    @Test func json() {
        let text = line(
            .json, .error, "listening", ["shards": .stringConvertible(2), "address": "[::]:9001"], suppressed: 1)
        #expect(
            text == """
                {"time":"2026-11-22T14:31:00.123Z","level":"error","message":"listening",\
                "address":"[::]:9001","shards":2,"suppressed":1}
                """)
    }

    @Test(arguments: [
        ("plain", "plain", "plain"), ("", "\"\"", ""), ("two words", "\"two words\"", "two words"),
        ("a=b", "\"a=b\"", "a=b"),
        ("é日本", "é日本", "é日本"), ("say \"hi\"", #""say \"hi\"""#, #"say \"hi\""#),
        ("back\\slash", #""back\\slash""#, #"back\\slash"#),
        ("a\nb\r\t", #""a\nb\r\t""#, #"a\nb\r\t"#), ("\u{1B}[31m", #""\u001b[31m""#, #"\u001b[31m"#),
        ("\u{7F}\u{85}", #""\u007f\u0085""#, #"\u007f\u0085"#),
        ("\u{202E}x\u{200B}", #""\u202ex\u200b""#, #"\u202ex\u200b"#),
        ("\u{2028}", #""\u2028""#, #"\u2028"#), ("\u{E0001}", #""\udb40\udc01""#, #"\udb40\udc01"#),
    ])
    func valuesFromTheNetwork(_ value: String, _ text: String, _ json: String) {
        #expect(line(.text, fields(value)) == "2026-11-22T14:31:00.123Z info  m v=\(text)")
        #expect(line(.json, fields(value)).hasSuffix(#","v":"\#(json)"}"#))
    }

    private func fields(_ value: String) -> Logger.Metadata { ["v": .string(value)] }

    private func line(_ format: Configuration.LogFormat, _ fields: Logger.Metadata) -> String {
        line(format, .info, "m", fields)
    }

    /// Whatever a field holds, the line is one line of JSON whose fields read back, or one line of text.
    @Test(arguments: 0..<UInt64(50))
    func anyValueStaysInItsPlace(seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let scalars = (0..<20).compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(in: 0...[0x7F, 0x2FFF, 0x1F_FFFF].randomElement(using: &dice)!, using: &dice))
            }
            let value = String(String.UnicodeScalarView(scalars))
            let json = line(.json, ["v": .string(value)])
            guard case .object(let members) = try JSONReader.read(Array(json.utf8)) else { throw NotAnObject() }
            #expect(members.map(\.key) == ["time", "level", "message", "v"])
            #expect(members.last?.value == .string(value))
            for text in [json, line(.text, ["v": .string(value)])] {
                #expect(!text.unicodeScalars.contains(where: isUnprintable))
            }
        }
    }

    private struct NotAnObject: Error {}

    @Test func longValuesAreCut() {
        let long = String(repeating: "x", count: 100_000)
        for format in Configuration.LogFormat.allCases {
            let text = line(format, .info, "m", ["a": .string(long), "b": .string(long + " ")])
            #expect(text.utf8.count < 2 * LogLine.valueLimit + 200)
            #expect(text.contains("…"))
        }
    }

    @Test func structuredValues() {
        let fields: Logger.Metadata = [
            "list": ["a", "b c"], "map": ["y": "2", "x": "1"], "flag": .stringConvertible(true),
            "ratio": .stringConvertible(0.5),
        ]
        #expect(line(.text, fields).hasSuffix(#"m flag=true list="a,b c" map=x:1,y:2 ratio=0.5"#))
        #expect(line(.json, fields).hasSuffix(#","flag":true,"list":["a","b c"],"map":"x:1,y:2","ratio":"0.5"}"#))
    }

    @Test func aFieldCannotPoseAsTheLinesOwn() {
        let text = line(.json, ["message": "x", "level": "y"])
        #expect(text.hasSuffix(#""level":"info","message":"m","level_":"y","message_":"x"}"#))
    }

    @Test func aMessageStaysOneLine() {
        #expect(line(.text, .info, "a\nb").hasSuffix(#"info  a\nb"#))
    }
}
