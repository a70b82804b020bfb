import NIOCore

/// One record on a control stream: its length in four big-endian bytes, then so many bytes.
struct StreamRecord {
    static let headerLength = 4
    static let maximumLength = 1 << 20

    enum State: Equatable {
        case incomplete
        /// A length that no record has, or bytes behind its end: not one of us.
        case bad
        case complete
    }

    /// The header and what has come of the record.
    private var buffer = ByteBuffer()

    /// Bytes held.
    var count: Int { buffer.readableBytes }

    mutating func append(_ bytes: inout ByteBuffer) { buffer.writeBuffer(&bytes) }

    var state: State {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .incomplete }
        guard (1...Self.maximumLength).contains(Int(length)) else { return .bad }
        let rest = buffer.readableBytes - Self.headerLength - Int(length)
        return rest < 0 ? .incomplete : rest == 0 ? .complete : .bad
    }

    /// The bytes of a complete record; gives its memory back.
    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer.getSlice(
            at: buffer.readerIndex + Self.headerLength, length: buffer.readableBytes - Self.headerLength)!
    }

    static func framed(_ record: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(headerLength + record.count)
        buffer.writeInteger(UInt32(record.count))
        buffer.writeBytes(record)
        return buffer
    }
}
