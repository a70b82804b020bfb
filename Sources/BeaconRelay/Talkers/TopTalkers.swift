public import BeaconBasics

/// Who talks most through this beacon: the shards' sketches of the minute that runs and of the one before it, added up.
///
/// Each figure is an upper bound, and its error says by how much it may be too high, as far as the sketches go. On a
/// shard that relays more than about 1,900 frames a second, frames are sampled (`sampledOneIn`); then a figure of c packets
/// has a standard error of about √(c · sampledOneIn) besides.
public struct TopTalkers: Sendable {
    /// What all relayed frames of the window come to.
    public private(set) var packets: UInt64 = 0
    public private(set) var bytes: UInt64 = 0
    /// How long the window is: one to two minutes, less after a start.
    public private(set) var span = Delay(nanoseconds: 0)
    /// Every frame was counted (1), or on the busiest shard, at its busiest, one in so many.
    public private(set) var sampledOneIn: UInt64 = 1
    /// In the order of `TalkerKind.allCases`.
    private var talkers: [[TopTalker]] = TalkerKind.allCases.map { _ in [] }
    private let second: UInt32

    public init(_ readings: [TalkerReading], at now: Moment) {
        second = now.seconds32
        let number = now.nanoseconds / Talkers.window.nanoseconds
        let windows = readings.flatMap(\.windows).filter { $0.number == number || $0.number &+ 1 == number }
        for window in windows {
            packets &+= window.packets
            bytes &+= window.bytes
            span = max(span, now.since(window.began))
            sampledOneIn = max(sampledOneIn, window.stride)
        }
        for kind in TalkerKind.allCases {
            talkers[kind.index] = Self.added(windows.map { $0.sketches[kind.index] }, kind)
        }
    }

    /// All that are known of one kind, in no order.
    public func all(_ kind: TalkerKind) -> [TopTalker] { talkers[kind.index] }

    /// The first `limit`, the top one first.
    public func top(_ kind: TalkerKind, by measure: TalkerMeasure, limit: Int) -> [TopTalker] {
        Array(all(kind).sorted { $0.precedes($1, by: measure) }.prefix(limit))
    }

    /// Pairs of nodes, in either direction, with a frame in the last `seconds` for a node that is one of ours. Not all of
    /// them if the sketches are full (512 pairs a shard) or frames are sampled.
    public func activePairs(within seconds: UInt32 = 10, isHere: (NodeID) -> Bool) -> Int {
        var pairs: Set<UInt64> = []
        for pair in all(.pair) where second &- pair.seen <= seconds && isHere(pair.node) {
            let (a, b) = (pair.sender.rawValue, pair.node.rawValue)
            pairs.insert(UInt64(min(a, b)) << 32 | UInt64(max(a, b)))
        }
        return pairs.count
    }

    // MARK: Adding up

    /// Where a sketch has no entry for a key, its lightest is the most that the key can have there (Agarwal et al.:
    /// Mergeable Summaries, PODS 2012).
    private static func added(_ sketches: [TalkerReading.Pair], _ kind: TalkerKind) -> [TopTalker] {
        var sums: [TalkerKey: Sum] = [:]
        var unseen = Bounds()
        for sketch in sketches {
            let minimum = Bounds(packets: sketch.packets.minimum, bytes: sketch.bytes.minimum)
            unseen += minimum
            for (key, sum) in bounds(sketch, minimum) {
                sums[key, default: Sum()].add(sum, instead: minimum)
            }
        }
        return sums.map { TopTalker(kind, $0.key, $0.value, unseen: unseen) }
    }

    /// What one pair of sketches says of each key that is in either.
    private static func bounds(_ sketch: TalkerReading.Pair, _ minimum: Bounds) -> [TalkerKey: Sum] {
        var sums: [TalkerKey: Sum] = [:]
        for row in sketch.packets.rows {
            sums[row.key] = Sum(
                most: Bounds(packets: row.count, bytes: minimum.bytes),
                least: Bounds(packets: row.least, bytes: row.companion), seen: row.seen)
        }
        for row in sketch.bytes.rows {
            var sum = sums[row.key] ?? Sum(most: minimum, seen: row.seen)
            sum.most.bytes = row.count
            sum.least.bytes = max(sum.least.bytes, row.least)
            sum.least.packets = max(sum.least.packets, row.companion)
            sum.seen = max(sum.seen, row.seen)
            sums[row.key] = sum
        }
        return sums
    }

    struct Bounds {
        var packets: UInt64 = 0
        var bytes: UInt64 = 0

        static func += (a: inout Bounds, b: Bounds) {
            a.packets &+= b.packets
            a.bytes &+= b.bytes
        }
    }

    struct Sum {
        var most = Bounds()
        var least = Bounds()
        var seen: UInt32 = 0
        /// What is allowed for in sketches without the key, of those that have it.
        var allowed = Bounds()

        mutating func add(_ other: Sum, instead minimum: Bounds) {
            most += other.most
            least += other.least
            allowed += minimum
            seen = max(seen, other.seen)
        }
    }
}
