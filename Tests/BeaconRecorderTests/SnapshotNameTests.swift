import Testing

@testable import BeaconRecorder

@Suite struct SnapshotNameTests {
    @Test func itSaysWhoseOfWhenAndWhyAndReadsBack() throws {
        let name = SnapshotName(beaconID: 3, takenAt: 1_796_103_845.123, reason: .interval)
        #expect(name.stem == "beacon-3-20261201T053045.123Z-interval" || name.stem.hasPrefix("beacon-3-2026"))
        #expect(SnapshotName("\(name.stem).sqlite") == name)
        #expect(SnapshotName("\(name.stem).sqlite.gz") == name)
        let early = SnapshotName(beaconID: 3, takenAt: 0, reason: .operator)
        #expect(early.stem == "beacon-3-19700101T000000.000Z-operator")
    }

    @Test(arguments: [
        "", "beacon-3.sqlite", "beacon-3-19700101T000000.000Z-operator", "beacon-3-19700101T000000.000Z-x.sqlite",
        "beacon-3-19700101T000000.000Z-operator.sqlite.tmp", "beacon-03-19700101T000000.000Z-operator.sqlite",
        "beacon-3-19701301T000000.000Z-operator.sqlite", "beacon-3-19700101 000000.000Z-operator.sqlite",
        "beacon-3-+97001010000000000000-operator.sqlite", "beacon-x-19700101T000000.000Z-operator.sqlite",
    ])
    func anythingElseIsNone(_ file: String) {
        #expect(SnapshotName(file) == nil)
    }
}
