import Glibc
import Testing

@testable import BeaconControl

@Suite struct TokenFileTests {
    @Test(arguments: [
        ("abc", "abc"), ("  abc\r\n\n", "abc"), ("a~!", "a~!"), ("", nil), ("\n", nil), ("a b", nil), ("é", nil),
    ])
    func token(text: String, expected: String?) {
        #expect(TokenFile.token(in: Array(text.utf8)[...]) == expected)
    }

    @Test func tooLong() {
        #expect(TokenFile.token(in: [UInt8](repeating: 0x61, count: 4_096)[...]) != nil)
        #expect(TokenFile.token(in: [UInt8](repeating: 0x61, count: 4_097)[...]) == nil)
    }

    @Test func noFile() {
        #expect(throws: TokenFile.Failure(description: "cannot use the token file /none/x: no such file or directory"))
        {
            try TokenFile.read("/none/x")
        }
    }
}
