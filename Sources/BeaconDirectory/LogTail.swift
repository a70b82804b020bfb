import BeaconBasics

/// Batches kept for a while, oldest first, so that gaps can be filled from them.
struct LogTail {
    private struct Kept {
        let batch: LogBatch
        let at: Moment
    }

    private var kept: [Kept] = []
    private var start = 0
    private(set) var operations = 0
    private(set) var bytes = 0

    var count: Int { kept.count - start }

    mutating func append(_ batch: LogBatch, at now: Moment) {
        kept.append(Kept(batch: batch, at: now))
        operations += Int(batch.last - batch.after)
        bytes += Self.cost(batch)
    }

    /// What a batch takes in memory, about.
    private static func cost(_ batch: LogBatch) -> Int { batch.bytes.count + 112 }

    mutating func trim(operations limit: Int, bytes byteLimit: Int, age: Delay, at now: Moment) {
        while start < kept.count,
            operations > limit || bytes > byteLimit || kept[start].at + age < now
        {
            operations -= Int(kept[start].batch.last - kept[start].batch.after)
            bytes -= Self.cost(kept[start].batch)
            start += 1
        }
        if start > 32, start * 2 > kept.count {
            kept.removeFirst(start)
            start = 0
        }
    }

    mutating func removeAll() {
        kept = []
        (start, operations, bytes) = (0, 0, 0)
    }

    /// Batches that fill the gap from its beginning, in order, `limit` at most; empty if the beginning is not here.
    /// `isOfOne`: all are of one log, in order.
    func batches(filling gap: LogGap, limit: Int, isOfOne: Bool) -> [LogBatch] {
        var found: [LogBatch] = []
        var reached = gap.after
        for item in kept[(isOfOne ? first(past: gap.after) : start)...] {
            guard found.count < limit, reached < gap.last else { break }
            let batch = item.batch
            guard batch.owner == gap.owner, batch.session == gap.session else { continue }
            guard batch.after <= reached, batch.last > reached else { continue }
            found.append(batch)
            reached = batch.last
        }
        return found
    }

    private func first(past sequence: UInt64) -> Int {
        var low = start
        var high = kept.count
        while low < high {
            let middle = (low + high) / 2
            if kept[middle].batch.last <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
