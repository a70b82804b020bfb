import BeaconTestKit
import BeaconWire
import Testing

@Suite struct BytesTests {
    @Test func numbersAreBigEndianAtAnyAlignment() {
        for shift in 0..<8 {
            let data = [UInt8](repeating: 0, count: shift) + bytes("0102030405060708")
            #expect(reading(data) { $0.uint8(at: shift) } == 0x01)
            #expect(reading(data) { $0.uint16(at: shift) } == 0x0102)
            #expect(reading(data) { $0.uint32(at: shift) } == 0x0102_0304)
            #expect(reading(data) { $0.uint64(at: shift) } == 0x0102_0304_0506_0708)
        }
    }

    @Test func storesAreWhatLoadsRead() {
        for shift in 0..<8 {
            var data = [UInt8](repeating: 0, count: shift + 15)
            var span = data.mutableSpan
            var out = span.mutableBytes
            out.put8(0xA1, at: shift)
            out.put16(0xB1B2, at: shift + 1)
            out.put32(0xC1C2_C3C4, at: shift + 3)
            out.put64(0xD1D2_D3D4_D5D6_D7D8, at: shift + 7)
            #expect(hex(data.dropFirst(shift)) == "a1b1b2c1c2c3c4d1d2d3d4d5d6d7d8")
        }
    }
}
