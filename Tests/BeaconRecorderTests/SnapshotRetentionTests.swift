import Testing

@testable import BeaconRecorder

@Suite struct SnapshotRetentionTests {
    private func file(_ second: Int, bytes: Int64 = 10, gz: Bool = true) -> SnapshotFile {
        let name = SnapshotName(beaconID: 1, takenAt: Double(second), reason: .interval)
        return SnapshotFile(file: name.stem + (gz ? ".sqlite.gz" : ".sqlite"), name: name, bytes: bytes)
    }

    @Test func theOldestGoWhenThereAreTooMany() {
        let files = [file(2), file(1), file(3)]
        #expect(SnapshotRetention(count: 3, bytes: 1_000).surplus(files) == [])
        #expect(SnapshotRetention(count: 2, bytes: 1_000).surplus(files) == [file(1)])
        #expect(SnapshotRetention(count: 0, bytes: 1_000).surplus(files) == [file(2), file(1)])
    }

    @Test func theOldestGoWhenTheyAreTooLargeAndTheNewestStays() {
        let files = [file(1), file(2), file(3, bytes: 500)]
        #expect(SnapshotRetention(count: 9, bytes: 520).surplus(files) == [])
        #expect(SnapshotRetention(count: 9, bytes: 519).surplus(files) == [file(1)])
        #expect(SnapshotRetention(count: 9, bytes: 1).surplus(files) == [file(2), file(1)])
    }

    @Test func allButTheNewestAreCompressed() {
        let files = [file(1, gz: false), file(3, gz: false), file(2)]
        #expect(SnapshotRetention.compressible(files) == [file(1, gz: false)])
    }
}
