import Synchronization

/// The admin server's own counters. Its event loop writes them, any thread may read.
final class AdminCounters: Sendable {
    /// Open connections now, refused ones that still linger included.
    private let open = Atomic<Int>(0)
    let accepted = Atomic<UInt64>(0)
    /// Connections over the limit.
    let refused = Atomic<UInt64>(0)
    let requests = Atomic<UInt64>(0)
    /// Requests that could not be read: 400 and the like, given before any route.
    let unreadable = Atomic<UInt64>(0)
    /// Connections ended because a request did not come in time (408).
    let timeouts = Atomic<UInt64>(0)
    /// Connections cut because the client did not take its answer.
    let stalls = Atomic<UInt64>(0)

    /// Event streams open now, those refused for their number, and those cut because their client fell behind.
    private let openStreams = Atomic<Int>(0)
    let streamsRefused = Atomic<UInt64>(0)
    let streamsCut = Atomic<UInt64>(0)

    var connections: Int { open.load(ordering: .relaxed) }

    func opened() { open.add(1, ordering: .relaxed) }
    func closed() { open.subtract(1, ordering: .relaxed) }

    var streams: Int { openStreams.load(ordering: .relaxed) }

    /// Whether there is room for one more of `limit` streams; paired with `streamClosed`.
    func openStream(limit: Int) -> Bool {
        if openStreams.add(1, ordering: .relaxed).oldValue < limit { return true }
        openStreams.subtract(1, ordering: .relaxed)
        Self.add(streamsRefused)
        return false
    }

    func streamClosed() { openStreams.subtract(1, ordering: .relaxed) }

    static func add(_ counter: borrowing Atomic<UInt64>) { counter.wrappingAdd(1, ordering: .relaxed) }
    static func value(_ counter: borrowing Atomic<UInt64>) -> UInt64 { counter.load(ordering: .relaxed) }
}
