import BeaconBasics
import BeaconTestKit
import Testing

@Suite struct SipHashTests {
    private static let k0: UInt64 = 0x0706_0504_0302_0100
    private static let k1: UInt64 = 0x0F0E_0D0C_0B0A_0908

    @Test(arguments: VectorFile.lines("siphash", fields: 2))
    func itGivesTheAuthorsAnswers(line: VectorFile.Line) {
        let message = (0..<Int(line[0])!).map { UInt8($0) }
        let value = reading(message) { SipHash.hash($0, k0: Self.k0, k1: Self.k1) }
        #expect(withUnsafeBytes(of: value.littleEndian) { hex($0) } == line[1])
    }

    @Test func wordByWordIsTheSame() {
        let message = (0..<19).map { UInt8($0 * 7) }
        var hash = SipHash(k0: 1, k1: 2)
        for start in [0, 8] {
            hash.combine((0..<8).reduce(0) { $0 | UInt64(message[start + $1]) << UInt64(8 * $1) })
        }
        let tail = (0..<3).reduce(UInt64(0)) { $0 | UInt64(message[16 + $1]) << UInt64(8 * $1) }
        let value = hash.finalize(tail: tail, count: 3)
        #expect(value == reading(message) { SipHash.hash($0, k0: 1, k1: 2) })
    }

    @Test func keyAndLengthCount() {
        let message = [UInt8](repeating: 0, count: 9)
        var values: Set<UInt64> = []
        for count in 0...9 {
            for key in UInt64(0)..<3 {
                values.insert(reading(message.prefix(count)) { SipHash.hash($0, k0: key, k1: 1 &- key) })
            }
        }
        #expect(values.count == 30)
    }
}
