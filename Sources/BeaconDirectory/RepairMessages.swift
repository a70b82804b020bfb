import BeaconBasics
import BeaconWire

/// Asks for those buckets of an owner's shard that differ from ours. A bucket is a range of places, its digest the XOR
/// of its entries' hashes.
///
/// `2 owner(4) session(6) cursor(varint) bits(1)`, then 2^bits digests (8 each).
struct RepairRequest: Equatable {
    var owner: BeaconID
    var session: SessionID
    var cursor: UInt64
    var bits: UInt8
    var digests: [UInt64]

    static let largestBits: UInt8 = 12

    /// Some 256 entries a bucket.
    static func bits(for count: Int) -> UInt8 {
        var bits: UInt8 = 0
        while bits < largestBits, count >> Int(bits) > 256 { bits += 1 }
        return bits
    }

    @inline(__always)
    static func bucket(_ place: Place, bits: UInt8) -> Int {
        Int(truncatingIfNeeded: UInt64(place.rawValue) >> (32 - UInt64(bits)))
    }

    init(owner: BeaconID, session: SessionID, cursor: UInt64, bits: UInt8, digests: [UInt64]) {
        self.owner = owner
        self.session = session
        self.cursor = cursor
        self.bits = bits
        self.digests = digests
    }

    var bytes: [UInt8] {
        var writer = ControlWriter(reserving: 32 + digests.count * 8)
        writer.put8(ExchangeKind.repair.rawValue)
        writer.put(owner)
        writer.put(session)
        writer.putVarint(cursor)
        writer.put8(bits)
        for digest in digests { writer.put64(digest) }
        return writer.bytes
    }

    init?(_ reader: inout ControlReader) {
        guard let owner = reader.takeBeacon(), let session = reader.takeSession(), let cursor = reader.takeVarint(),
            let bits = reader.take8(), bits <= Self.largestBits, reader.remaining >= 8 << Int(bits)
        else { return nil }
        let digests = (0..<1 << Int(bits)).compactMap { _ in reader.take64() }
        self.init(owner: owner, session: session, cursor: cursor, bits: bits, digests: digests)
    }
}

/// The entries of the differing buckets below bucket `end`; the answerer's state at `cursor` agrees in all others
/// below it.
///
/// `2 cursor(varint) end(varint) count(varint)`, then the buckets (varints, ascending), then the entries.
struct RepairReply: Equatable {
    var cursor: UInt64
    var end: Int
    var buckets: [Int]
    var entries: [ShardEntry]

    static func bytes(cursor: UInt64, end: Int, buckets: [Int], packed: [UInt8]) -> [UInt8]? {
        var writer = ControlWriter(reserving: 64 + buckets.count * 2 + packed.count)
        writer.put8(ExchangeKind.repair.rawValue)
        writer.putVarint(cursor)
        writer.putVarint(UInt64(end))
        writer.putVarint(UInt64(buckets.count))
        for bucket in buckets { writer.putVarint(UInt64(bucket)) }
        return ShardEntries.pack(packed, &writer) ? writer.bytes : nil
    }

    /// nil unless it is a well-formed answer to a request of so many bits.
    init?(_ bytes: [UInt8], bits: UInt8) {
        var reader = ControlReader(bytes)
        guard reader.take8() == ExchangeKind.repair.rawValue, let cursor = reader.takeVarint(), cursor < 1 << 62,
            let end = reader.takeVarint(), end >= 1, end <= UInt64(1) << UInt64(bits),
            let count = reader.takeVarint(), count <= end
        else { return nil }
        var buckets: [Int] = []
        for _ in 0..<count {
            guard let bucket = reader.takeVarint(), bucket < end, buckets.last.map({ $0 < Int(bucket) }) ?? true
            else { return nil }
            buckets.append(Int(bucket))
        }
        guard let entries = ShardEntries.unpack(&reader) else { return nil }
        var differs = Array(repeating: false, count: 1 << Int(bits))
        for bucket in buckets { differs[bucket] = true }
        guard entries.allSatisfy({ $0.owner == 0 && differs[RepairRequest.bucket($0.place, bits: bits)] }) else {
            return nil
        }
        (self.cursor, self.end, self.buckets, self.entries) = (cursor, Int(end), buckets, entries)
    }
}
