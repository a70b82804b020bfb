import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct STUNTests {
    @Test(arguments: VectorFile.lines("stun", fields: 3))
    func everyRequestIsWhatTheRFCSays(line: VectorFile.Line) {
        #expect(describe(bytes(line[1])) == line[2])
    }

    private func describe(_ datagram: [UInt8]) -> String {
        switch reading(datagram, STUN.parse) {
        case .malformed: return "malformed"
        case .ignored: return "ignored"
        case .binding(let fingerprint, let unknown):
            let types = (0..<unknown.count).map { hex([UInt8(unknown[$0] >> 8), UInt8(unknown[$0] & 0xFF)]) }
            let answer = types.isEmpty ? "binding" : "420 " + types.joined(separator: " ")
            return answer + (fingerprint ? " + fingerprint" : "")
        }
    }

    /// RFC 5769's own fingerprints: the last four bytes, over all but the last eight.
    @Test(arguments: [("RFC 5769 2.1", 0xE57A_3BCF), ("RFC 5769 2.2", 0xC07D_4C96)] as [(String, UInt32)])
    func fingerprintsAreThoseOfTheRFC(name: String, fingerprint: UInt32) throws {
        let line = try #require(VectorFile.lines("stun", fields: 3).first { $0[0].hasPrefix(name) })
        let message = bytes(line[1])
        #expect(reading(message.suffix(4)) { $0.uint32(at: 0) } == fingerprint)
        #expect(reading(message.dropLast(8), STUN.fingerprint) == fingerprint)
    }

    @Test func aRequestLargerThanTheLimitIsRefused() {
        func request(_ length: Int) -> [UInt8] {
            let attribute = length - 20 - 4
            let body = [UInt8](repeating: 0, count: attribute)
            func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
            return [0, 1] + word(length - 20) + bytes("2112a442 000102030405060708090a0b 8022") + word(attribute) + body
        }
        #expect(describe(request(STUN.maximumRequestLength)) == "binding")
        #expect(describe(request(STUN.maximumRequestLength + 4)) == "malformed")
    }

    @Test func aChangedBitIsSeenByTheFingerprint() throws {
        let request = bytes(VectorFile.lines("stun", fields: 3)[0][1])
        var malformed = 0
        for bit in 0..<request.count * 8 {
            var changed = request
            changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            let what = describe(changed)
            // Without the attribute, or as another message, it may pass: but never as one that was fingerprinted.
            #expect(!what.hasSuffix("fingerprint"), "bit \(bit): \(what)")
            malformed += what == "malformed" ? 1 : 0
        }
        #expect(malformed > request.count * 8 * 9 / 10)
    }

    @Test(arguments: [
        ("01010000 2112a442 000102030405060708090a0b", true),
        ("01110004 2112a442 000102030405060708090a0b 80220000", true),
        ("01010000 2112a442 000102030405060708090a", false), ("01010004 2112a442 000102030405060708090a0b", false),
        ("01010000 2112a443 000102030405060708090a0b", false), ("0121 12a442", false),
        ("01·00002112·a442·000000000000000000000000000000000000000000000000000000000000", false),
    ])
    func aResponseIsToldFromADiscover(datagram: String, isResponse: Bool) {
        #expect(reading(bytes(datagram), STUN.isResponse) == isResponse)
    }
}
