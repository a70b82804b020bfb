import BeaconBasics
import BeaconWire

/// An entry on its way in a snapshot or repair. `owner` is an index into the request's owners.
struct ShardEntry: Equatable {
    var place: Place
    var owner: UInt16
    var stamp: Stamp

    static func isBefore(_ a: ShardEntry, _ b: ShardEntry) -> Bool {
        a.place != b.place ? a.place < b.place : a.owner < b.owner
    }
}

/// Entries as bytes: `base(varint: Unix ms)`, then for each in order of (place, owner) place − the one before it,
/// owner, milliseconds − base, count: varints; some 9 … 11 bytes. Compressed: `length(varint) bytes(zlib)`.
enum ShardEntries {
    /// What a peer may make us unpack, whatever its own settings are.
    static let limit = 1 << 20

    /// As many of the sorted entries as fit, cut where a place ends; and how many those are.
    static func encode(_ entries: [ShardEntry], limit: Int) -> (bytes: [UInt8], count: Int) {
        let base = entries.lazy.map(\.stamp.unixMilliseconds).min() ?? 0
        var writer = ControlWriter(reserving: min(limit, entries.count * 12) + 32)
        writer.putVarint(base)
        var previous: UInt32 = 0
        var end = (bytes: writer.count, count: 0)
        for (index, entry) in entries.enumerated() {
            if index == 0 || entry.place != entries[index - 1].place { end = (writer.count, index) }
            writer.putVarint(UInt64(entry.place.rawValue - previous))
            writer.putVarint(UInt64(entry.owner))
            writer.putVarint(entry.stamp.unixMilliseconds - base)
            writer.putVarint(entry.stamp.rawValue & 0xFFFF)
            previous = entry.place.rawValue
            if writer.count > limit, end.count > 0 {
                writer.truncate(to: end.bytes)
                return (writer.bytes, end.count)
            }
        }
        return (writer.bytes, entries.count)
    }

    static func decode(_ bytes: [UInt8]) -> [ShardEntry]? {
        var reader = ControlReader(bytes)
        guard let base = reader.takeVarint(), base < 1 << 48 else { return nil }
        var entries: [ShardEntry] = []
        entries.reserveCapacity(reader.remaining / 8)
        var place: UInt64 = 0
        while !reader.isAtEnd {
            guard let step = reader.takeVarint(), step <= UInt64(UInt32.max) - place,
                let owner = reader.takeVarint(), owner <= UInt64(UInt16.max),
                let milliseconds = reader.takeVarint(), milliseconds < (1 << 48) - base,
                let count = reader.takeVarint(), count <= 0xFFFF
            else { return nil }
            place += step
            let entry = ShardEntry(
                place: Place(UInt32(place)), owner: UInt16(owner), stamp: Stamp((base + milliseconds) << 16 | count))
            if let last = entries.last, !ShardEntry.isBefore(last, entry) { return nil }
            entries.append(entry)
        }
        return entries
    }

    static func pack(_ bytes: [UInt8], _ writer: inout ControlWriter) -> Bool {
        guard let packed = Deflate.compress(bytes) else { return false }
        writer.putVarint(UInt64(bytes.count))
        writer.append(packed)
        return true
    }

    static func unpack(_ reader: inout ControlReader) -> [ShardEntry]? {
        guard let length = reader.takeVarint(), length >= 1, length <= UInt64(limit),
            // zlib's best is a thousandfold: a promise beyond it is a lie, and costs no memory.
            length <= UInt64(reader.remaining) * 1_100,
            let packed = reader.takeBytes(reader.remaining), let bytes = Deflate.expand(packed, to: Int(length))
        else { return nil }
        return decode(bytes)
    }
}
