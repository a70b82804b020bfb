import BeaconBasics
import BeaconWire
import Testing

@testable import BeaconMembership

@Suite struct MembershipMessageTests {
    private func decoded(_ bytes: [UInt8]) -> MembershipMessage? {
        var reader = ControlReader(bytes)
        guard let type = reader.take8(), let length = reader.takeVarint(), let count = Int(exactly: length),
            var body = reader.takeReader(count)
        else { return nil }
        return MembershipMessage(type: type, &body)
    }

    @Test(arguments: UInt8(1)...13) func whatIsWrittenIsRead(type: UInt8) {
        var samples = Samples(UInt64(type))
        for _ in 0..<300 {
            let message = samples.message(type)
            var writer = ControlWriter()
            message.write(&writer)
            #expect(message.type == type)
            #expect(decoded(writer.bytes) == message)
            var header = ControlWriter()
            header.put8(type)
            header.putVarint(UInt64(message.bodyLength))
            #expect(writer.count == header.count + message.bodyLength)
        }
    }

    @Test(arguments: UInt8(0)...20) func anyBytesAreAMessageOrNone(type: UInt8) {
        var samples = Samples(1_000 + UInt64(type))
        var values = 0
        for _ in 0..<2_000 {
            let bytes = samples.bytes(Int(samples.random.next() % 90))
            var body = ControlReader(bytes)
            guard let message = MembershipMessage(type: type, &body) else { continue }
            values += 1
            // What was read is written and read again as the same.
            var writer = ControlWriter()
            message.write(&writer)
            #expect(decoded(writer.bytes) == message)
        }
        #expect(values > 0 || type == 0 || type > 13 || type == 0x0D)
    }

    @Test(arguments: UInt8(1)...13) func aMessageCutShortIsNone(type: UInt8) {
        var samples = Samples(2_000 + UInt64(type))
        let message = samples.message(type)
        var writer = ControlWriter()
        message.write(&writer)
        let body = Array(writer.bytes.suffix(message.bodyLength))
        for count in 0..<body.count {
            var reader = ControlReader(Array(body.prefix(count)))
            let cut = MembershipMessage(type: type, &reader)
            // Lists may end between two records; nothing else may.
            #expect(cut == nil || type == 0x06 || type == 0x08)
            #expect(cut != message)
        }
    }

    @Test func bytesBehindABodyAreIgnored() {
        var reader = ControlReader([0, 0, 0, 9, 1, 2, 3])
        #expect(MembershipMessage(type: 0x05, &reader) == .nack(sequence: 9))
    }

    @Test func otherTypesAreNone() {
        for type in [UInt8(0), 0x0E, 0x20, 0xFF] {
            var reader = ControlReader([UInt8](repeating: 0, count: 64))
            #expect(MembershipMessage(type: type, &reader) == nil)
        }
    }
}
