import Testing

@testable import BeaconRecorder

@Suite struct SampleRingTests {
    @Test func itKeepsTheLastInOrder() {
        var ring = SampleRing(names: ["a", "b"], capacity: 3)
        #expect(ring.samples == SnapshotSamples(names: ["a", "b"]))
        for second in 1...5 { ring.add([UInt64(second), .max], time: Double(second)) }
        let samples = ring.samples
        #expect(samples.rows.map(\.time) == [3, 4, 5])
        #expect(samples.series("a").map(\.value) == [3, 4, 5])
        #expect(samples.series("b").map(\.value) == [.max, .max, .max])
        #expect(samples.series("c").isEmpty)
    }
}
