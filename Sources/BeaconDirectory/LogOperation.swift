import BeaconBasics
import BeaconWire

/// One entry of an owner's log.
struct LogOperation: Equatable, Sendable {
    var node: NodeID
    var change: Change

    enum Change: Equatable, Sendable {
        case put(Stamp)
        case removed(RemovalReason)

        var stamp: Stamp? {
            if case .put(let stamp) = self { stamp } else { nil }
        }
    }

    func size(after previous: UInt32, base: UInt64) -> Int {
        let id = UInt64(node.rawValue - previous).varintSize
        switch change {
        case .put(let stamp):
            return id + ((stamp.unixMilliseconds - base) << 2).varintSize + (stamp.rawValue & 0xFFFF).varintSize
        case .removed: return id + 1
        }
    }
}

extension LogOperation.Change {
    func write(_ writer: inout ControlWriter, base: UInt64) {
        switch self {
        case .put(let stamp):
            writer.putVarint((stamp.unixMilliseconds - base) << 2)
            writer.putVarint(stamp.rawValue & 0xFFFF)
        case .removed(let reason): writer.putVarint(UInt64(reason.rawValue) + 1)
        }
    }

    init?(_ reader: inout ControlReader, base: UInt64) {
        guard let word = reader.takeVarint() else { return nil }
        if word & 3 != 0 {
            guard let reason = RemovalReason(rawValue: UInt8(word & 3) - 1) else { return nil }
            self = .removed(reason)
            return
        }
        guard let count = reader.takeVarint(), count <= 0xFFFF, word >> 2 < (1 << 48) - base else { return nil }
        self = .put(Stamp((base + word >> 2) << 16 | count))
    }
}

extension UInt64 {
    /// Bytes of its base-128 form.
    var varintSize: Int { self == 0 ? 1 : (70 - leadingZeroBitCount) / 7 }
}
