import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconMembership

@Suite struct MemberRecordTests {
    @Test func thirtyTwoBytesOverIPv4() {
        var writer = ControlWriter()
        let record = MemberRecord(member(0x0102_0304, session: 0x0506_0708_090A, incarnation: 0x0B0C_0D0E, host: 0))
        record.write(&writer)
        #expect(
            writer.bytes == [
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 1, 0, 0, 0, 10, 0, 0, 1, 0x23, 0x33, 10, 0, 0, 1,
                0x23,
                0x29, 0,
            ])
        #expect(record.length == 32)
    }

    @Test func aSuspicionCarriesItsAccusers() {
        let record = MemberRecord(member(2, .suspect), accusers: [BeaconID(7), BeaconID(8)])
        var writer = ControlWriter()
        record.write(&writer)
        #expect(writer.count == 32 + 1 + 8)
        #expect(record.length == writer.count)
        #expect(writer.bytes.suffix(9) == [2, 0, 0, 0, 7, 0, 0, 0, 8])
    }

    @Test func noMoreAccusersThanFour() {
        var record = MemberRecord(member(2, .suspect))
        record.accusers = (1...6).map { BeaconID($0) }
        var writer = ControlWriter()
        record.write(&writer)
        var reader = ControlReader(writer.bytes)
        #expect(MemberRecord(&reader)?.accusers == (1...4).map { BeaconID($0) })
        var five = writer.bytes
        five[32] = 5
        reader = ControlReader(five + [0, 0, 0, 9])
        #expect(MemberRecord(&reader) == nil)
    }

    @Test func beaconZeroIsNobody() {
        var writer = ControlWriter()
        MemberRecord(member(1)).write(&writer)
        var bytes = writer.bytes
        bytes.replaceSubrange(1..<5, with: [0, 0, 0, 0])
        var reader = ControlReader(bytes)
        #expect(MemberRecord(&reader) == nil)
    }
}
