import BeaconTestKit
import Testing

@testable import BeaconWire

@Suite struct CRC32Tests {
    /// The check value of CRC-32/ISO-HDLC, and two more that zlib's `crc32` gives.
    @Test(arguments: [("123456789", 0xCBF4_3926), ("", 0), ("a", 0xE8B7_BE43)] as [(String, UInt32)])
    func knownTextsHaveKnownSums(text: String, sum: UInt32) {
        #expect(reading(text.utf8) { CRC32.checksum($0) } == sum)
    }

    @Test func everyBitCounts() {
        let text = Array("punch".utf8)
        let sum = reading(text) { CRC32.checksum($0) }
        for bit in 0..<text.count * 8 {
            var changed = text
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(reading(changed) { CRC32.checksum($0) } != sum)
        }
    }
}
