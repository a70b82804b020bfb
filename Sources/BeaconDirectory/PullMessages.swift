import BeaconBasics
import BeaconWire

/// The first byte of a request over a stream, and of its reply.
enum ExchangeKind: UInt8 {
    case pull = 1
    case repair = 2
}

/// Asks for the entries of some owners, from one place up to another: one part of a snapshot.
///
/// `1 from(4) end(varint, at most 2³²) count(varint)`, then `owner(4) session(6) cursor(varint)` for each owner.
struct PullRequest: Equatable {
    struct Owner: Equatable {
        var beacon: BeaconID
        var session: SessionID
        /// Where the asker is: an older state is of no use to it.
        var cursor: UInt64
    }

    var from: UInt64
    var end: UInt64
    var owners: [Owner]

    static let end: UInt64 = 1 << 32

    init(from: UInt64, end: UInt64, owners: [Owner]) {
        self.from = from
        self.end = end
        self.owners = owners
    }

    var bytes: [UInt8] {
        var writer = ControlWriter(reserving: 32 + owners.count * 14)
        writer.put8(ExchangeKind.pull.rawValue)
        writer.put32(UInt32(from))
        writer.putVarint(end)
        writer.putVarint(UInt64(owners.count))
        for owner in owners {
            writer.put(owner.beacon)
            writer.put(owner.session)
            writer.putVarint(owner.cursor)
        }
        return writer.bytes
    }

    init?(_ reader: inout ControlReader) {
        guard let from = reader.take32(), let end = reader.takeVarint(), UInt64(from) < end, end <= Self.end,
            let count = reader.takeVarint(), count <= UInt64(reader.remaining / 11), count <= 0xFFFF
        else { return nil }
        var owners: [Owner] = []
        owners.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let beacon = reader.takeBeacon(), let session = reader.takeSession(),
                let cursor = reader.takeVarint()
            else { return nil }
            owners.append(Owner(beacon: beacon, session: session, cursor: cursor))
        }
        self.init(from: UInt64(from), end: end, owners: owners)
    }
}

/// A part: all entries of the owners served, from the place asked for up to `next`.
///
/// `1 next(varint) count(varint)`, then `index(varint) cursor(varint)` for each owner served, then the entries.
struct PullReply: Equatable {
    struct Served: Equatable {
        /// Of the request's owners.
        var index: UInt16
        var cursor: UInt64
    }

    var next: UInt64
    var served: [Served]
    var entries: [ShardEntry]

    /// nil if zlib will not. `packed` are the encoded entries.
    static func bytes(next: UInt64, served: [Served], packed: [UInt8]) -> [UInt8]? {
        var writer = ControlWriter(reserving: 32 + served.count * 8 + packed.count)
        writer.put8(ExchangeKind.pull.rawValue)
        writer.putVarint(next)
        writer.putVarint(UInt64(served.count))
        for owner in served {
            writer.putVarint(UInt64(owner.index))
            writer.putVarint(owner.cursor)
        }
        return ShardEntries.pack(packed, &writer) ? writer.bytes : nil
    }

    /// nil unless it is a well-formed answer to the request.
    init?(_ bytes: [UInt8], to request: PullRequest) {
        var reader = ControlReader(bytes)
        guard reader.take8() == ExchangeKind.pull.rawValue, let next = reader.takeVarint(),
            next > request.from, next <= request.end,
            let count = reader.takeVarint(), count <= UInt64(request.owners.count)
        else { return nil }
        var served: [Served] = []
        var isServed = Array(repeating: false, count: request.owners.count)
        for _ in 0..<count {
            guard let index = reader.takeVarint(), index < UInt64(request.owners.count), !isServed[Int(index)],
                let cursor = reader.takeVarint(), cursor < 1 << 62
            else { return nil }
            isServed[Int(index)] = true
            served.append(Served(index: UInt16(index), cursor: cursor))
        }
        guard let entries = ShardEntries.unpack(&reader),
            entries.allSatisfy({ Int($0.owner) < isServed.count && isServed[Int($0.owner)] }),
            entries.first.map({ UInt64($0.place.rawValue) >= request.from }) ?? true,
            entries.last.map({ UInt64($0.place.rawValue) < next }) ?? true
        else { return nil }
        (self.next, self.served, self.entries) = (next, served, entries)
    }
}
