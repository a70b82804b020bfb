import BeaconBasics

/// A change that no other follows: whoever lost its datagram would not learn of it before somebody happens to tell him
/// our head. So it is said again, 300 ms and 1.2 s after a flush that nothing followed: a small batch itself, else our
/// head. Only while datagrams are known to get lost.
struct Echo {
    private(set) var at = Moment.never
    private(set) var batch: LogBatch?
    private var turn = 0
    /// Until then losses are assumed.
    private var until = Moment(nanoseconds: 0)

    private static let memory = Delay.seconds(60)
    private static let smallBatch = 200

    mutating func begin(at now: Moment) { until = now + Self.memory }

    mutating func lossSeen(at now: Moment) { until = now + Self.memory }

    mutating func flushed(_ batches: [LogBatch], interval: Delay, at now: Moment) {
        batch = batches.count == 1 && batches[0].bytes.count <= Self.smallBatch ? batches[0] : nil
        turn = 0
        at = now < until ? now + max(.milliseconds(300), Delay(nanoseconds: interval.nanoseconds * 5 / 4)) : .never
    }

    mutating func sent(at now: Moment) {
        turn += 1
        at = turn == 1 && now < until ? now + .milliseconds(900) : .never
    }

    mutating func stop() { at = .never }
}
