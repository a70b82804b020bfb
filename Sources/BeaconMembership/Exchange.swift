import BeaconBasics
import BeaconWire

// What a stream carries, one request and one reply.
//
// | request   | body |
// | --------- | ---- |
// | 1 probe   | target(4) flags(1: bit 0 = held follows) [ state(1) session(6) incarnation(4) ] |
// | 2 compare | log₂ buckets(1: 0 … 12) hash(4)*: the XOR over the members of each bucket |
// | 3 push    | record* |
//
// | reply     | body |
// | --------- | ---- |
// | 1 alive   | beacon(4) session(6) incarnation(4) flags(1: bit 1 draining) [ deadline(4) ] |
// | 2 records | log₂ buckets(1), one bit for each bucket that differs (first = lowest bit of the first byte), record*: all members of those |
// | 3 taken   | |
// | 4 busy    | record*: a few others to ask for their tables in its place |

enum ExchangeRequest: Hashable, Sendable {
    case probe(BeaconID, HeldState?)
    case compare([UInt32])
    case push([MemberRecord])

    var bytes: [UInt8] {
        var writer = ControlWriter(reserving: 64)
        switch self {
        case .probe(let target, let held):
            writer.put8(1)
            writer.put(target)
            writer.put8(held == nil ? 0 : 1)
            held?.write(&writer)
        case .compare(let buckets):
            writer.put8(2)
            writer.put8(UInt8(buckets.count.trailingZeroBitCount))
            for hash in buckets { writer.put32(hash) }
        case .push(let records):
            writer.put8(3)
            writer.put(records)
        }
        return writer.bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = ControlReader(bytes)
        switch reader.take8() {
        case 1:
            guard let target = reader.takeBeacon(), let flags = reader.take8() else { return nil }
            guard flags & 1 != 0 else {
                self = .probe(target, nil)
                return
            }
            guard let held = HeldState(&reader) else { return nil }
            self = .probe(target, held)
        case 2:
            guard let log = reader.take8(), log <= 12, reader.remaining >= 4 << Int(log) else { return nil }
            var buckets: [UInt32] = []
            buckets.reserveCapacity(1 << Int(log))
            for _ in 0..<1 << Int(log) {
                guard let hash = reader.take32() else { return nil }
                buckets.append(hash)
            }
            self = .compare(buckets)
        case 3:
            guard let records = reader.takeRecords() else { return nil }
            self = .push(records)
        default: return nil
        }
    }
}

enum ExchangeReply: Hashable, Sendable {
    case alive(BeaconID, SessionID, incarnation: UInt32, drain: DrainDeadline?)
    case records(differing: [Bool], [MemberRecord])
    case taken
    case busy([MemberRecord])

    var bytes: [UInt8] {
        var writer = ControlWriter(reserving: 64)
        switch self {
        case .alive(let beacon, let session, let incarnation, let drain):
            writer.put8(1)
            writer.put(beacon)
            writer.put(session)
            writer.put32(incarnation)
            writer.put8(drain != nil ? 2 : 0)
            writer.put(drain)
        case .records(let differing, let records):
            writer.put8(2)
            writer.put8(UInt8(differing.count.trailingZeroBitCount))
            for start in stride(from: 0, to: differing.count, by: 8) {
                let bits = differing[start..<min(start + 8, differing.count)].enumerated()
                writer.put8(bits.reduce(0) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) })
            }
            writer.put(records)
        case .taken: writer.put8(3)
        case .busy(let records):
            writer.put8(4)
            writer.put(records)
        }
        return writer.bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = ControlReader(bytes)
        switch reader.take8() {
        case 1:
            guard let beacon = reader.takeBeacon(), let session = reader.takeSession(),
                let incarnation = reader.take32(), let flags = reader.take8(),
                let drain = reader.takeDrain(if: flags & 2 != 0)
            else { return nil }
            self = .alive(beacon, session, incarnation: incarnation, drain: drain)
        case 2:
            guard let log = reader.take8(), log <= 12, let bits = reader.takeBytes(((1 << Int(log)) + 7) / 8),
                let records = reader.takeRecords()
            else { return nil }
            self = .records(differing: (0..<1 << Int(log)).map { bits[$0 / 8] >> UInt8($0 % 8) & 1 != 0 }, records)
        case 3: self = .taken
        case 4:
            guard let records = reader.takeRecords() else { return nil }
            self = .busy(records)
        default: return nil
        }
    }
}

/// What an exchange of ours is for.
enum ExchangePurpose: Equatable, Sendable {
    case probe(Int, generation: UInt32)
    /// `hops`: by so many members we have been sent on.
    case compare(BeaconID, hops: Int)
    case push
}
