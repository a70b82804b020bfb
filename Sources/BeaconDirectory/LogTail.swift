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
        bytes += batch.bytes.count
    }

    mutating func trim(operations limit: Int, bytes byteLimit: Int, age: Delay, at now: Moment) {
        while start < kept.count,
            operations > limit || bytes > byteLimit || kept[start].at + age < now
        {
            operations -= Int(kept[start].batch.last - kept[start].batch.after)
            bytes -= kept[start].batch.bytes.count
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
    func batches(filling gap: LogGap, limit: Int) -> [LogBatch] {
        var found: [LogBatch] = []
        var reached = gap.after
        for item in kept[start...] where found.count < limit && reached < gap.last {
            let batch = item.batch
            guard batch.owner == gap.owner, batch.session == gap.session else { continue }
            guard batch.after <= reached, batch.last > reached else { continue }
            found.append(batch)
            reached = batch.last
        }
        return found
    }
}
