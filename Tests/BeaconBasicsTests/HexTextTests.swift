import BeaconBasics
import Testing

@Suite struct HexTextTests {
    @Test(arguments: [("", []), ("00", [0]), ("fF09aA", [0xFF, 9, 0xAA])] as [(String, [UInt8])])
    func digitsAreRead(_ text: String, _ expected: [UInt8]) {
        #expect(bytes(hex: text) == expected)
        #expect(hexText(expected) == text.lowercased())
    }

    @Test(arguments: ["0", "000", "0g", "0x00", " 00", "0 0", "+1", "ｆｆ"])
    func anythingElseIsNotHex(_ text: String) {
        #expect(bytes(hex: text) == nil)
    }
}
