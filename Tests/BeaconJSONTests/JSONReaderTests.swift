import Testing

@testable import BeaconJSON

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> JSON { try JSONReader.read(Array(text.utf8)) }

    @Test(arguments: [
        ("null", JSON.null), (" true ", .bool(true)), ("false", .bool(false)), ("-0", .number("-0")),
        ("18446744073709551616", .number("18446744073709551616")), ("1.50e+3", .number("1.50e+3")),
        (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{C}\n\r\t")), (#""\u00e9\ud83d\ude00""#, .string("é😀")),
        (#""é😀""#, .string("é😀")), ("[]", .array([])), ("[1, [2]]", .array([.number("1"), .array([.number("2")])])),
        ("{}", .object([])), ("\u{FEFF}1", .number("1")),
        (
            "{\"a\":1,\n\"a\":\"\"}",
            .object([.init(key: "a", value: .number("1"), line: 1), .init(key: "a", value: .string(""), line: 2)])
        ),
    ])
    func reads(_ text: String, _ value: JSON) throws {
        #expect(try read(text) == value)
    }

    /// RFC 8259: what is no JSON, though some readers take it.
    @Test(arguments: [
        "", " ", "nul", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "1 2", "[1,]", "[,1]", "[1 2]",
        "[1", "{",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1", "'a'", "\"a", "\"\\x\"", "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"a\nb\"", "\"\u{1}\"", "// c\n1", "1//",
        "\u{A0}1",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONReader.Failure.self) { try read(text) }
    }

    @Test func refusesInvalidUTF8() {
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read([0x22, 0xC3, 0x28, 0x22]) }
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read([0xFF]) }
    }

    @Test func nestingIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try read(nested(JSONReader.maximumDepth))
        #expect(throws: JSONReader.Failure(line: 1, reason: "nested too deeply")) { try read(nested(100_000)) }
    }

    @Test func aFailureNamesTheLine() {
        #expect(throws: JSONReader.Failure(line: 3, reason: "expected a value")) { try read("{\n\"a\":\n!}") }
    }

    /// Any value, written in any of the ways there are, reads back; and no text cut short does.
    @Test(arguments: 0..<UInt64(20))
    func whatIsWrittenReadsBack(seed: UInt64) throws {
        var writer = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let (value, text) = writer.object(depth: 4)
            #expect(try read(text) == value)
            let bytes = Array(text.utf8)
            for length in bytes.indices {
                #expect(throws: JSONReader.Failure.self) { try JSONReader.read(Array(bytes[..<length])) }
            }
        }
    }

    /// Bytes changed at random: no crash, and a failure names a line of the text.
    @Test(arguments: 0..<UInt64(20))
    func anyBytesEndInAValueOrAFailure(seed: UInt64) {
        var writer = RandomJSON(seed: seed)
        for _ in 0..<200 {
            var bytes = Array(writer.object(depth: 4).text.utf8)
            for _ in 0..<3 { bytes[writer.number(below: bytes.count)] = UInt8(writer.number(below: 256)) }
            do {
                _ = try JSONReader.read(bytes)
            } catch {
                #expect((1...bytes.count { $0 == 0x0A } + 1).contains(error.line))
            }
        }
    }
}
