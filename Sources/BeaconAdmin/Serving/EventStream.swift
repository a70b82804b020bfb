import BeaconBasics

/// One client's way through the events. Pulls a page at a time: what the client has not taken is not held here, the log
/// keeps it.
final class EventStream: ResponseStream {
    private static let pageEvents = 64

    private let backend: any AdminBackend
    private let counters: AdminCounters
    /// The last event handed out.
    private var position: UInt64
    /// What is said before the first event.
    private var opening: [UInt8]?

    /// nil when there is no place left.
    /// - Parameter id: of the event that the client has; nil: only what happens from now on.
    init?(_ backend: any AdminBackend, _ counters: AdminCounters, limit: Int, after id: UInt64?) {
        guard counters.openStream(limit: limit) else { return nil }
        self.backend = backend
        self.counters = counters
        position = id ?? backend.recentEvents(limit: 0).newest
        opening = EventText.opening(position: id == nil ? position : nil)
    }

    deinit { counters.streamClosed() }

    var isDone: Bool { false }
    var heartbeat: [UInt8]? { EventText.heartbeat }

    func next(at now: Moment) -> [UInt8]? {
        var out = opening ?? []
        opening = nil
        let page = backend.events(after: position, limit: Self.pageEvents)
        if page.isGap { out += EventText.gap(after: position, page) }
        for event in page.events { out += EventText.bytes(event) }
        if let last = page.events.last { position = last.id } else if page.isGap { position = page.newest }
        return out.isEmpty ? nil : out
    }

    /// Events that have happened since the last one handed out.
    var waiting: UInt64 {
        let newest = backend.recentEvents(limit: 0).newest
        return newest > position ? newest - position : 0
    }
}
