import BeaconBasics
import Testing

@Suite struct DelayTextTests {
    @Test(arguments: [
        ("130s", Delay.seconds(130)), ("130", .seconds(130)), ("500ms", .milliseconds(500)), ("2m", .seconds(120)),
        ("1h", .seconds(3_600)), ("0", .seconds(0)), ("007s", .seconds(7)),
        ("18446744073", .seconds(18_446_744_073)),
    ])
    func reads(text: String, expected: Delay) {
        #expect(Delay(text: text) == expected)
    }

    @Test(arguments: [
        "", "s", "-1s", "+1s", "1.5s", " 1s", "1s ", "1 s", "1S", "1d", "1us", "1sm", "٣s", "18446744074", "5124096h",
        "99999999999999999999",
    ])
    func refuses(text: String) {
        #expect(Delay(text: text) == nil)
    }

    @Test(arguments: [
        (Delay.seconds(0), "0s"), (.seconds(130), "130s"), (.seconds(120), "2m"), (.seconds(7_200), "2h"),
        (.milliseconds(1_500), "1500ms"), (.milliseconds(1), "1ms"), (Delay(nanoseconds: 999_999), "0s"),
    ])
    func writes(delay: Delay, expected: String) {
        #expect(delay.text == expected)
    }
}
