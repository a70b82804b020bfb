import BeaconBasics
import Logging

/// How many lines may be written.
struct LogLimits: Sendable {
    /// Of one message at one level.
    var perMessage = Rate(perSecond: 1, burst: 10)
    /// Of all messages: once for warnings and worse, once for the rest, so that chatter cannot crowd out errors.
    var total = Rate(perSecond: 10, burst: 200)
    /// Messages that are told apart. Messages are fixed sentences, so this is ample; what comes on top shares a bucket.
    var messages = 256
}

/// Bounds the rate of log lines, because strangers can cause them.
struct LogLimiter: Sendable {
    private struct Key: Hashable {
        let message: String
        let level: Logger.Level
    }

    private struct Entry {
        var bucket = TokenBucket()
        /// Lines swallowed since the last that was written.
        var suppressed: UInt64 = 0
    }

    private let limits: LogLimits
    private var entries: [Key: Entry] = [:]
    private var shared = Entry()
    private var severe = TokenBucket()
    private var chatter = TokenBucket()
    /// Lines swallowed since the start.
    private(set) var suppressed: UInt64 = 0

    init(_ limits: LogLimits) { self.limits = limits }

    /// nil: do not write this line. Otherwise how many of the same message went unwritten before it.
    mutating func admit(_ message: String, _ level: Logger.Level, at now: Moment) -> UInt64? {
        let key = Key(message: message, level: level)
        let isTold = makeRoom(for: key, at: now)
        var entry = isTold ? entries[key] ?? Entry() : shared
        defer { if isTold { entries[key] = entry } else { shared = entry } }
        return take(&entry, level, at: now)
    }

    private mutating func take(_ entry: inout Entry, _ level: Logger.Level, at now: Moment) -> UInt64? {
        let isAllowed =
            entry.bucket.take(limits.perMessage, at: now)
            && (level >= .warning ? severe.take(limits.total, at: now) : chatter.take(limits.total, at: now))
        guard isAllowed else {
            entry.suppressed += 1
            suppressed += 1
            return nil
        }
        defer { entry.suppressed = 0 }
        return entry.suppressed
    }

    /// When the table is full, entries go that say nothing a new one would not: full bucket, nothing to report.
    private mutating func makeRoom(for key: Key, at now: Moment) -> Bool {
        if entries.count < limits.messages || entries[key] != nil { return true }
        entries = entries.filter { $0.value.suppressed > 0 || !$0.value.bucket.isFull(limits.perMessage, at: now) }
        return entries.count < limits.messages
    }
}
