import BeaconBasics
import BeaconLoadKit
import Testing

struct FrameStampTests {
    private let key = KeyedHash(k0: 11, k1: 13)
    private let stamp = FrameStamp(
        destination: 65_535, sequence: 1 << 39, sentAt: Moment(nanoseconds: 123_456_789_012_345))

    private func payload(_ stamp: FrameStamp, sender: UInt32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: 40)
        bytes.withUnsafeMutableBytes { buffer in
            var span = buffer.mutableBytes
            stamp.write(to: &span, offset: 0, sender: sender, key: key)
        }
        return bytes
    }

    private func read(_ bytes: [UInt8], sender: UInt32, key: KeyedHash) -> FrameStamp? {
        bytes.withUnsafeBytes { FrameStamp($0.bytes, sender: sender, key: key) }
    }

    @Test func `What is written is read again, and the rest is untouched`() {
        let bytes = payload(stamp, sender: 7)
        #expect(read(bytes, sender: 7, key: key) == stamp)
        #expect(bytes[FrameStamp.size...].allSatisfy { $0 == 0xEE })
    }

    @Test func `Every flipped bit shows`() {
        let good = payload(stamp, sender: 7)
        for bit in 0..<FrameStamp.size * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(read(bytes, sender: 7, key: key) == nil, "bit \(bit)")
        }
    }

    @Test func `Another sender's or another run's stamp is none`() {
        let bytes = payload(stamp, sender: 7)
        #expect(read(bytes, sender: 8, key: key) == nil)
        #expect(read(bytes, sender: 7, key: KeyedHash(k0: 12, k1: 13)) == nil)
    }

    @Test func `A payload that is too short is none`() {
        let bytes = payload(stamp, sender: 7)
        for length in 0..<FrameStamp.size { #expect(read(Array(bytes[..<length]), sender: 7, key: key) == nil) }
    }

    @Test func `The filler comes from its seed`() {
        #expect(filler(bytes: 100, seed: 1) == filler(bytes: 100, seed: 1))
        #expect(filler(bytes: 100, seed: 1) != filler(bytes: 100, seed: 2))
        #expect(Set(filler(bytes: 1000, seed: 1)).count > 200)
    }
}
