import BeaconBasics

/// What falls due.
enum Alarm: Equatable, Sendable {
    case probe, gossip, sync, retry, leave, identity
    /// A round's next step; void if the round there is another by now.
    case round(Int, generation: UInt32)
    /// By the member's slot; void if the row says otherwise when it is due.
    case suspicion(Int)
    case purge(Int)
    case contact(Int)
}

/// A binary heap: what is due first, and of one moment what was set first. Nothing is taken out before its time;
/// whoever set it recognises an alarm that no longer means anything.
struct TimerHeap: Sendable {
    private struct Entry {
        var at: UInt64
        var order: UInt64
        var alarm: Alarm

        func isBefore(_ other: Entry) -> Bool { at != other.at ? at < other.at : order < other.order }
    }

    private var entries: [Entry] = []
    private var order: UInt64 = 0

    var count: Int { entries.count }
    var first: Moment? { entries.first.map { Moment(nanoseconds: $0.at) } }

    mutating func set(_ alarm: Alarm, at moment: Moment) {
        order &+= 1
        entries.append(Entry(at: moment.nanoseconds, order: order, alarm: alarm))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// The first that is due by `now`, and when it was.
    mutating func next(by now: Moment) -> (alarm: Alarm, at: Moment)? {
        guard let first = entries.first, first.at <= now.nanoseconds else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return (first.alarm, Moment(nanoseconds: first.at))
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = 2 * parent + 1
            guard least < entries.count else { return }
            if least + 1 < entries.count, entries[least + 1].isBefore(entries[least]) { least += 1 }
            guard entries[least].isBefore(entries[parent]) else { return }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}
