import BeaconCrypto
import Testing

@Suite struct CertificateFingerprintTests {
    /// SHA-256 of "abc" (FIPS 180-4's example).
    private static let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private let value = CertificateFingerprint(of: Array("abc".utf8))

    /// Digits in pairs, as openssl prints them.
    private static func paired(_ text: String) -> String {
        let digits = Array(text)
        return stride(from: 0, to: digits.count, by: 2).map { String(digits[$0...$0 + 1]) }.joined(separator: ":")
    }

    @Test func itIsTheSHA256OfTheBytes() {
        #expect(value.description == Self.text)
        #expect(value != CertificateFingerprint(of: []))
    }

    @Test(arguments: [text, text.uppercased(), paired(text), paired(text).uppercased()])
    func spellings(_ text: String) {
        #expect(CertificateFingerprint(text) == value)
    }

    @Test(arguments: [
        "", ":", String(text.dropLast()), text + "0", text.dropLast() + "g", text + ":", ":" + text, " " + text,
        "sha256:" + text, paired(text) + ":", String(paired(text).dropLast(3)), paired(text + "00"),
        // Pairs, some of them not pairs.
        text.prefix(4) + ":" + text.dropFirst(4), paired(text).replacing("ba:78", with: "b:a78"),
    ])
    func anythingElseIsNone(_ text: String) {
        #expect(CertificateFingerprint(text) == nil)
    }
}
