import BeaconPostMortem
import Testing

@Suite struct UnixTimeTests {
    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00.000Z"), (1_764_567_845.123, "2025-12-01T05:44:05.123Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"), (-0.5, "1969-12-31T23:59:59.500Z"), (.infinity, "inf"),
    ])
    func text(seconds: Double, text: String) { #expect(UnixTime.text(seconds) == text) }

    @Test(arguments: [
        ("2025-12-01T05:44:05Z", 1_764_567_845.0), ("2025-12-01T05:44:05.5Z", 1_764_567_845.5),
        ("2025-12-01 05:44:05Z", 1_764_567_845), ("1764567845.25", 1_764_567_845.25), ("5m", 700), ("90s", 910),
    ])
    func parse(text: String, seconds: Double) { #expect(UnixTime.parse(text, before: 1_000) == seconds) }

    @Test(arguments: [
        "", "Z", "yesterday", "2025-13-01T00:00:00Z", "2025-12-01T24:00:00Z", "2025-12-01T05:44:05.Z", "-5", "nan",
        "5x",
        "2025-12-01T05:44:05", "+025-12-01T05:44:05Z",
    ])
    func noTime(text: String) { #expect(UnixTime.parse(text, before: 1_000) == nil) }

    @Test func nothingMovesTheCursor() {
        #expect(printable("a\u{1B}[2J\n\u{202E}b\"é") == "a\\u001b[2J\\n\\u202eb\"é")
    }
}
