import BeaconBasics
import NIOCore
import Testing

@testable import BeaconFleet

@Suite struct StreamRecordTests {
    private func state(_ bytes: [UInt8]) -> StreamRecord.State {
        var record = StreamRecord()
        var buffer = ByteBuffer(bytes: bytes)
        record.append(&buffer)
        return record.state
    }

    @Test(
        arguments: [
            ([], .incomplete), ([0, 0, 0], .incomplete), ([0, 0, 0, 1], .incomplete), ([0, 0, 0, 1, 7], .complete),
            ([0, 0, 0, 1, 7, 8], .bad), ([0, 0, 0, 0], .bad), ([0, 16, 0, 0], .incomplete), ([0, 16, 0, 1], .bad),
            ([255, 255, 255, 255], .bad),
        ] as [([UInt8], StreamRecord.State)])
    func states(_ bytes: [UInt8], _ expected: StreamRecord.State) { #expect(state(bytes) == expected) }

    @Test func cutAnyhow() {
        let framed = Array(StreamRecord.framed([1, 2, 3, 4, 5]).readableBytesView)
        for cut in 0..<framed.count {
            var record = StreamRecord()
            var (head, tail) = (ByteBuffer(bytes: framed[..<cut]), ByteBuffer(bytes: framed[cut...]))
            record.append(&head)
            #expect(record.state == .incomplete)
            record.append(&tail)
            #expect(record.state == .complete)
            #expect(Array(record.take().readableBytesView) == [1, 2, 3, 4, 5])
            #expect(record.count == 0)
        }
    }
}
