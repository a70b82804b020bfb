/// The last events, for whoever asks: a ring that never grows. From any thread; the lock is held for a copy of a page.
///
/// What became of the fleet's members is kept in a second, smaller ring as well: a flood of other events must not push
/// out what an incident is explained by.
public final class EventLog: Sendable {
    /// How many are kept.
    public let capacity: Int

    private struct Ring: Sendable {
        var newest: UInt64
        var events: [BeaconEvent] = []
        /// Where the oldest stands once the ring is full.
        var start = 0
        /// Events of members, whatever has become of the others.
        var history: [BeaconEvent] = []
        var historyStart = 0

        mutating func keep(_ event: BeaconEvent, capacity: Int) {
            Self.put(event, &events, &start, capacity)
            if event.kind == .member { Self.put(event, &history, &historyStart, EventLog.historyCapacity) }
        }

        private static func put(
            _ event: BeaconEvent, _ events: inout [BeaconEvent], _ start: inout Int, _ capacity: Int
        ) {
            if events.count < capacity {
                events.append(event)
            } else {
                events[start] = event
                start = (start + 1) % capacity
            }
        }

        /// At most `limit` events behind the `skipped` oldest.
        func slice(from skipped: Int, limit: Int) -> [BeaconEvent] {
            let end = min(events.count, skipped + max(0, limit))
            guard skipped < end else { return [] }
            return (skipped..<end).map { events[(start + $0) % events.count] }
        }
    }

    /// How many events of members are kept beside them.
    public static let historyCapacity = 512

    private let ring: Guarded<Ring>

    /// - Parameter startUnixSeconds: ids begin at 2²⁰ times that, so that those of a later start are higher (as long as
    ///   there are fewer than a million events a second) and still exact as a JavaScript number.
    /// - Parameter newest: ids are above this one too: the last of the process that this one takes over from.
    public init(capacity: Int = 4_096, startUnixSeconds: Int64, above newest: UInt64 = 0) {
        precondition(capacity > 0, "an event log keeps something")
        self.capacity = capacity
        let start = UInt64(clamping: min(max(0, startUnixSeconds), 1 << 32)) << 20
        ring = Guarded(Ring(newest: max(start, newest)))
    }

    /// Keeps an event; the oldest goes if there is no room.
    /// - Parameter time: Unix seconds.
    public func add(_ kind: EventKind, _ fields: [BeaconEvent.Field] = [], time: Double) {
        ring.withLock { ring in
            ring.newest += 1
            ring.keep(BeaconEvent(id: ring.newest, time: time, kind: kind, fields: fields), capacity: capacity)
        }
    }

    /// The first `limit` events behind `id`; 0 stands before all that are kept. An id that is higher than any of ours
    /// belongs to a log that is gone: then all that is kept is behind it.
    public func page(after id: UInt64, limit: Int) -> EventPage {
        ring.withLock { ring in
            let oldest = ring.newest - UInt64(ring.events.count) + 1
            let isKnown = id <= ring.newest && id + 1 >= oldest
            let skipped = isKnown ? Int(id + 1 - oldest) : 0
            return EventPage(
                ring.slice(from: skipped, limit: limit), newest: ring.newest, isGap: !isKnown && id != 0)
        }
    }

    /// The last `limit` events.
    public func recent(limit: Int) -> EventPage {
        ring.withLock { ring in
            let skipped = max(0, ring.events.count - limit)
            return EventPage(ring.slice(from: skipped, limit: limit), newest: ring.newest)
        }
    }

    /// What became of the fleet's members, oldest first.
    public var memberHistory: [BeaconEvent] {
        ring.withLock { Array($0.history[$0.historyStart...] + $0.history[..<$0.historyStart]) }
    }
}
