import BeaconBasics

/// `/drain?watch=`: a line at once, at every interval and at every change of state, until the beacon does not drain. A
/// client that is slow misses lines, but never the last.
final class DrainWatch: ResponseStream {
    private let backend: any AdminBackend
    private let counters: AdminCounters
    private let interval: Delay
    private let format: Format
    private var opening: [UInt8]
    private var last: (state: DrainStatus.State, at: Moment)?

    /// nil when there is no place left.
    init?(_ backend: any AdminBackend, _ counters: AdminCounters, limit: Int, every interval: Delay, _ format: Format) {
        guard counters.openStream(limit: limit) else { return nil }
        self.backend = backend
        self.counters = counters
        self.interval = interval
        self.format = format
        opening = DrainText.opening(format)
    }

    deinit { counters.streamClosed() }

    var isDone: Bool { last.map { $0.state != .draining } ?? false }
    var waiting: UInt64 { 0 }
    var heartbeat: [UInt8]? { nil }

    func next(at now: Moment) -> [UInt8]? {
        guard !isDone else { return nil }
        let status = backend.drain()
        if let last, status.state == last.state, now.since(last.at) < interval { return nil }
        last = (status.state, now)
        defer { opening = [] }
        return opening + DrainText.line(status, format)
    }
}
