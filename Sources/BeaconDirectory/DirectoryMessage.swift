public import BeaconBasics
public import BeaconWire

/// What beacons tell each other of their logs in datagrams. Message types 0x20 … 0x24:
///
/// | type | message | body |
/// | --- | --- | --- |
/// | 20 | batch | a `LogBatch` of the sender's own log |
/// | 21 | repair | a `LogBatch` of any log, in answer to a nack |
/// | 22 | nack | owner(4) session(6) after(varint) last(varint): operations that the sender lacks |
/// | 23 | gone | owner(4) session(6): the sender cannot fill that gap any more |
/// | 24 | head | the sender's own `LogHead` |
public enum DirectoryMessage: Equatable, Sendable {
    case batch(LogBatch)
    case repair(LogBatch)
    case nack(LogGap)
    case gone(BeaconID, SessionID)
    case head(LogHead)

    public static let types: ClosedRange<UInt8> = 0x20...0x3F

    public var type: UInt8 {
        switch self {
        case .batch: 0x20
        case .repair: 0x21
        case .nack: 0x22
        case .gone: 0x23
        case .head: 0x24
        }
    }

    /// From a body; nil for an unknown type or a body that is not well-formed.
    public init?(type: UInt8, _ body: inout ControlReader) {
        switch type {
        case 0x20: if let batch = LogBatch(&body) { self = .batch(batch) } else { return nil }
        case 0x21: if let batch = LogBatch(&body) { self = .repair(batch) } else { return nil }
        case 0x22: if let gap = LogGap(&body) { self = .nack(gap) } else { return nil }
        case 0x23:
            guard let owner = body.takeBeacon(), let session = body.takeSession() else { return nil }
            self = .gone(owner, session)
        case 0x24: if let head = LogHead(&body) { self = .head(head) } else { return nil }
        default: return nil
        }
    }

    /// A whole message: type, length, body. At most 1,153 bytes.
    public func write(_ writer: inout ControlWriter) {
        if case .batch(let batch) = self { return write(batch.bytes, &writer) }
        if case .repair(let batch) = self { return write(batch.bytes, &writer) }
        var body = ControlWriter(reserving: 32)
        switch self {
        case .batch, .repair: break
        case .nack(let gap): gap.write(&body)
        case .gone(let owner, let session):
            body.put(owner)
            body.put(session)
        case .head(let head): head.write(&body)
        }
        write(body.bytes, &writer)
    }

    private func write(_ body: [UInt8], _ writer: inout ControlWriter) {
        writer.put8(type)
        writer.putVarint(UInt64(body.count))
        writer.append(body)
    }
}

/// The operations `after` + 1 … `last` of a log.
public struct LogGap: Equatable, Sendable {
    public var owner: BeaconID
    public var session: SessionID
    public var after: UInt64
    public var last: UInt64

    init(owner: BeaconID, session: SessionID, after: UInt64, last: UInt64) {
        self.owner = owner
        self.session = session
        self.after = after
        self.last = last
    }

    init?(_ reader: inout ControlReader) {
        guard let owner = reader.takeBeacon(), let session = reader.takeSession(), let after = reader.takeVarint(),
            let last = reader.takeVarint(), after < last
        else { return nil }
        self.init(owner: owner, session: session, after: after, last: last)
    }

    func write(_ writer: inout ControlWriter) {
        writer.put(owner)
        writer.put(session)
        writer.putVarint(after)
        writer.putVarint(last)
    }
}
