import BeaconLoadKit
import Testing

@Suite struct GarbageTests {
    private let real = (0..<100).map { UInt8($0) }

    /// `count` of them; how far each differs from the real one.
    private func differences(_ count: Int, seed: UInt64) -> [(length: Int, bytes: [Int])] {
        var garbage = Garbage(recorded: [real, [1, 2, 3]], seed: seed)
        var memory = [UInt8](repeating: 0, count: Garbage.longest)
        return (0..<count).map { _ in
            let length = memory.withUnsafeMutableBytes { bytes in
                var span = bytes.mutableBytes
                return garbage.write(to: &span)
            }
            return (length, (0..<min(length, real.count)).filter { memory[$0] != real[$0] })
        }
    }

    @Test func `Every kind comes, about as often as the others`() {
        var garbage = Garbage(recorded: [real], seed: 1)
        var memory = [UInt8](repeating: 0, count: Garbage.longest)
        for _ in 0..<6_000 {
            memory.withUnsafeMutableBytes { bytes in
                var span = bytes.mutableBytes
                _ = garbage.write(to: &span)
            }
        }
        #expect(garbage.written.reduce(0, +) == 6_000)
        #expect(garbage.written.allSatisfy { (800...1_200).contains($0) }, "\(garbage.written)")
    }

    @Test func `Spoilt ones are real but for what is wrong`() {
        let all = differences(3_000, seed: 2).filter { $0.length <= real.count }
        #expect(all.contains { $0.length == real.count && $0.bytes.isEmpty }, "replayed")
        #expect(all.contains { $0.length == real.count && $0.bytes == [1] }, "another version")
        #expect(all.contains { $0.length == real.count && $0.bytes == [3] }, "another key")
        #expect(all.contains { $0.length == real.count && $0.bytes == [99] }, "a wrong bit at the end")
        #expect(all.contains { $0.length < real.count && $0.bytes.isEmpty }, "truncated")
    }

    @Test func `Without a recording all is random, of every length`() {
        var garbage = Garbage(recorded: [], seed: 3)
        var memory = [UInt8](repeating: 0, count: Garbage.longest)
        var lengths: Set<Int> = []
        for _ in 0..<20_000 {
            lengths.insert(
                memory.withUnsafeMutableBytes { bytes in
                    var span = bytes.mutableBytes
                    return garbage.write(to: &span)
                })
        }
        #expect(garbage.written.first == 20_000)
        #expect(lengths.contains(0) && lengths.contains(Garbage.longest) && lengths.count > 1_400)
    }
}
