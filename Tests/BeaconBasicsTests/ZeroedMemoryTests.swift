import BeaconBasics
import Testing

@Suite struct ZeroedMemoryTests {
    @Test func itIsZeroAlignedAndWritable() {
        let memory = ZeroedMemory(byteCount: 10_000)
        #expect(Int(bitPattern: memory.base) % 4_096 == 0)
        let bytes = UnsafeMutableRawBufferPointer(start: memory.base, count: memory.byteCount)
        #expect(bytes.count == 10_000)
        #expect(bytes.allSatisfy { $0 == 0 })
        bytes[9_999] = 7
        #expect(bytes[9_999] == 7)
    }
}
