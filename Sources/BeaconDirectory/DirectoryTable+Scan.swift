import BeaconBasics

/// What the writer reads of many entries at once, in the order of places.
extension DirectoryTable {
    /// Entries in a range of places of the owners whose slots have an index, sorted.
    func sorted(in range: Range<UInt64>, _ indexOf: [UInt16]) -> [ShardEntry] {
        var all: [ShardEntry] = []
        for segment in segments(range) {
            let start = all.count
            entries.forEach(in: segment) { key, owner, stamp in
                guard Int(owner) < indexOf.count, indexOf[Int(owner)] != .max else { return }
                let place = Place(of: NodeID(key))
                guard range.contains(UInt64(place.rawValue)) else { return }
                all.append(ShardEntry(place: place, owner: indexOf[Int(owner)], stamp: Stamp(stamp)))
            }
            all[start...].sort(by: ShardEntry.isBefore)
        }
        return all
    }

    /// One owner's entries in a bucket, sorted.
    func sorted(of slot: UInt16, inBucket bucket: Int, bits: UInt8) -> [ShardEntry] {
        let width = UInt64(1) << (32 - UInt64(bits))
        let range = UInt64(bucket) * width..<UInt64(bucket + 1) * width
        var all: [ShardEntry] = []
        for segment in segments(range) {
            entries.forEach(in: segment) { key, owner, stamp in
                guard owner == slot else { return }
                let place = Place(of: NodeID(key))
                guard range.contains(UInt64(place.rawValue)) else { return }
                all.append(ShardEntry(place: place, owner: 0, stamp: Stamp(stamp)))
            }
        }
        all.sort(by: ShardEntry.isBefore)
        return all
    }

    /// The digest of each bucket of an owner's shard, from the entries themselves.
    func digests(of slot: UInt16, bits: UInt8) -> (buckets: [UInt64], count: Int) {
        var count = 0
        var digests = Array(repeating: UInt64(0), count: 1 << Int(bits))
        for segment in 0..<entries.segmentCount {
            entries.forEach(in: segment) { key, owner, stamp in
                guard owner == slot else { return }
                let place = Place(of: NodeID(key))
                count += 1
                digests[RepairRequest.bucket(place, bits: bits)] ^= ShardDigest.hash(place, Stamp(stamp))
            }
        }
        return (digests, count)
    }

    /// By slot: whether its owner has gone. Empty if none has.
    var retiredMap: [Bool] {
        guard !retired.isEmpty else { return [] }
        var map = Array(repeating: false, count: slotsInUse)
        for slot in retired { map[Int(slot)] = true }
        return map
    }

    private func segments(_ range: Range<UInt64>) -> ClosedRange<Int> {
        entries.segment(Place(UInt32(range.lowerBound)))...entries.segment(Place(UInt32(range.upperBound - 1)))
    }
}
