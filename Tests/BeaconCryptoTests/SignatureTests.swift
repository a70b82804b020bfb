import BeaconCrypto
import BeaconTestKit
import Testing

@Suite struct SignatureTests {
    private static let key = bytes("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")

    @Test(arguments: VectorFile.lines("grants", fields: 6))
    func grantsAreValidAsSigned(line: VectorFile.Line) {
        let text = Array("punch-grant:\(line[1]):\(line[2]):\(line[3])".utf8)
        #expect(Signature.isValid(key: Self.key, text: text, signature: bytes(line[4])) == (line[5] == "yes"))
    }

    /// RFC 8032 §7.1, tests 1 to 3.
    @Test(arguments: [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func theVectorsOfTheRFCAreValid(key: String, text: String, signature: String) {
        #expect(Signature.isValid(key: bytes(key), text: bytes(text), signature: bytes(signature)))
        #expect(!Signature.isValid(key: bytes(key), text: bytes(text + "00"), signature: bytes(signature)))
    }

    @Test func everyByteOfASignatureCounts() {
        let line = VectorFile.lines("grants", fields: 6)[0]
        let text = Array("punch-grant:\(line[1]):\(line[2]):\(line[3])".utf8)
        for position in 0..<64 {
            var signature = bytes(line[4])
            signature[position] ^= 0x10
            #expect(!Signature.isValid(key: Self.key, text: text, signature: signature), "byte \(position)")
        }
    }

    @Test func whatIsNoKeyOrNoSignatureIsNotValid() {
        let line = VectorFile.lines("grants", fields: 6)[0]
        let text = Array("punch-grant:\(line[1]):\(line[2]):\(line[3])".utf8)
        let signature = bytes(line[4])
        for length in [0, 1, 31, 33, 64] {
            let key = Array((Self.key + Self.key).prefix(length))
            #expect(!Signature.isValid(key: key, text: text, signature: signature), "key of \(length)")
        }
        for length in [0, 63, 65, 128] {
            let wrong = Array((signature + signature).prefix(length))
            #expect(!Signature.isValid(key: Self.key, text: text, signature: wrong), "signature of \(length)")
        }
        for key in [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xFF, count: 32)] {
            #expect(!Signature.isValid(key: key, text: text, signature: signature), "garbage for a key")
        }
    }
}
