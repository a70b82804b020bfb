/// How urgent a rumour is.
enum RumourLane: Int, Sendable {
    /// Deaths, leaves, evictions.
    case end
    case refutation
    case suspicion
    /// Joins, draining, new lives.
    case news
}

/// Whom to tell of, most urgent first, and in a lane the ones told least often. One entry a member: what is told is what
/// its row says by then, so that a newer state replaces an older one by itself.
struct RumourQueue: Sendable {
    private struct Link {
        var next: Int32 = -1
        var previous: Int32 = -1
        /// Lane × 64 + times told; -1 = not queued.
        var bucket: Int16 = -1
    }

    static let maximumSends = 63
    private var links: [Link] = []
    private var heads = [Int32](repeating: -1, count: 4 * 64)
    private var tails = [Int32](repeating: -1, count: 4 * 64)
    /// Per lane, one bit for each bucket that is not empty.
    private var occupied: [UInt64] = [0, 0, 0, 0]
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    func lane(of item: Int) -> RumourLane? {
        guard item < links.count, links[item].bucket >= 0 else { return nil }
        return RumourLane(rawValue: Int(links[item].bucket) / 64)
    }

    func sends(of item: Int) -> Int { Int(links[item].bucket) % 64 }

    /// From the start, whether it was queued or not.
    mutating func add(_ item: Int, _ lane: RumourLane) {
        while links.count <= item { links.append(Link()) }
        remove(item)
        append(item, to: lane.rawValue * 64)
    }

    mutating func remove(_ item: Int) {
        guard item < links.count, links[item].bucket >= 0 else { return }
        let link = links[item]
        let bucket = Int(link.bucket)
        if link.previous >= 0 { links[Int(link.previous)].next = link.next } else { heads[bucket] = link.next }
        if link.next >= 0 { links[Int(link.next)].previous = link.previous } else { tails[bucket] = link.previous }
        if heads[bucket] < 0 { occupied[bucket / 64] &= ~(1 << UInt64(bucket % 64)) }
        links[item] = Link()
        count -= 1
    }

    /// It went out once more; after `limit` times it has been told enough.
    mutating func told(_ item: Int, limit: Int) {
        let bucket = Int(links[item].bucket)
        remove(item)
        if bucket % 64 + 1 < min(limit, Self.maximumSends) { append(item, to: bucket + 1) }
    }

    private mutating func append(_ item: Int, to bucket: Int) {
        let tail = tails[bucket]
        links[item] = Link(next: -1, previous: tail, bucket: Int16(bucket))
        if tail >= 0 { links[Int(tail)].next = Int32(item) } else { heads[bucket] = Int32(item) }
        tails[bucket] = Int32(item)
        occupied[bucket / 64] |= 1 << UInt64(bucket % 64)
        count += 1
    }

    var first: Int? { firstItem(from: 0) }

    func next(after item: Int) -> Int? {
        let link = links[item]
        return link.next >= 0 ? Int(link.next) : firstItem(from: Int(link.bucket) + 1)
    }

    private func firstItem(from bucket: Int) -> Int? {
        var lane = bucket / 64
        guard lane < 4 else { return nil }
        var left = occupied[lane] & (~0 << UInt64(bucket % 64))
        while left == 0 {
            lane += 1
            guard lane < 4 else { return nil }
            left = occupied[lane]
        }
        return Int(heads[lane * 64 + left.trailingZeroBitCount])
    }

    /// How often each member tells a rumour: 4 ⌈log₁₀(n + 1)⌉ for a fleet of n; 6 in the smallest ones.
    static func limit(members: Int) -> Int {
        switch members {
        case ..<10: 6
        case ..<100: 8
        case ..<1_000: 12
        case ..<10_000: 16
        default: 20
        }
    }
}
