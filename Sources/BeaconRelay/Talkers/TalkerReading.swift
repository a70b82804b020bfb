import BeaconBasics

/// A shard's talkers as of one publication.
public struct TalkerReading: Sendable {
    var windows: [Window] = []

    struct Window: Sendable {
        var number: UInt64
        var began: Moment
        var packets: UInt64
        var bytes: UInt64
        var stride: UInt64
        /// In the order of `TalkerKind.allCases`.
        var sketches: [Pair]
    }

    /// One kind, by each measure.
    struct Pair: Sendable {
        var packets: Sketch
        var bytes: Sketch
    }

    struct Sketch: Sendable {
        var rows: [Row]

        /// No key without a row weighs more.
        var minimum: UInt64 {
            rows.count < TalkerWindow.capacity ? 0 : rows.reduce(.max) { min($0, $1.count) }
        }
    }

    struct Row: Sendable {
        var key: TalkerKey
        var count: UInt64
        var error: UInt64
        var companion: UInt64
        var seen: UInt32

        /// What it weighs at least.
        var least: UInt64 { count - error }
    }
}

extension TalkerReading.Window {
    /// As `PublishedTalkers` lays it out.
    init(_ words: inout WordReader) {
        number = words.next()
        began = Moment(nanoseconds: words.next())
        packets = words.next()
        bytes = words.next()
        stride = words.next()
        sketches = []
        for _ in TalkerKind.allCases {
            let packets = TalkerReading.Sketch(&words)
            sketches.append(TalkerReading.Pair(packets: packets, bytes: TalkerReading.Sketch(&words)))
        }
    }
}

extension TalkerReading.Sketch {
    init(_ words: inout WordReader) {
        let count = words.next()
        rows = []
        for _ in 0..<count { rows.append(TalkerReading.Row(&words)) }
    }
}

extension TalkerReading.Row {
    init(_ words: inout WordReader) {
        key = TalkerKey(high: words.next(), low: words.next(), tail: words.next())
        (count, error, companion) = (words.next(), words.next(), words.next())
        // The upper half is the sketch's own business.
        seen = UInt32(truncatingIfNeeded: words.next())
    }
}
