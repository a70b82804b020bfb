import Testing

@testable import BeaconControl

@Suite struct TextStyleTests {
    @Test(
        arguments: [
            (true, "xterm", nil, true, true), (true, "xterm", "", true, true), (true, "xterm", "0", true, false),
            (true, "dumb", nil, false, false), (true, nil, nil, false, false), (true, "", nil, false, false),
            (false, "xterm", nil, false, false),
        ] as [(Bool, String?, String?, Bool, Bool)])
    func style(isTerminal: Bool, term: String?, noColour: String?, canRedraw: Bool, hasColours: Bool) {
        let style = TextStyle(isTerminal: isTerminal) { ["TERM": term, "NO_COLOR": noColour][$0] ?? nil }
        #expect(style.canRedraw == canRedraw && style.hasColours == hasColours)
        #expect((style.good("x") == "x") == !hasColours)
    }
}
