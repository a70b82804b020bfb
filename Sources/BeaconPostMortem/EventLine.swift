public import BeaconBasics
public import BeaconPrinting

/// One event on one line.
public enum EventLine {
    /// Time, kind, and `name=value`; a value with blanks or quotes is quoted.
    public static func text(_ event: BeaconEvent) -> String {
        let fields = event.fields.map { "\(printable($0.name))=\(word($0.value))" }
        return ([UnixTime.text(event.time), printable(event.kind.rawValue)] + fields).joined(separator: " ")
    }

    private static func word(_ value: String) -> String {
        let isPlain = !value.isEmpty && !value.unicodeScalars.contains { $0 == " " || $0 == "\"" || isUnprintable($0) }
        return isPlain ? value : quoted(value, limit: 4_096)
    }

    public static func json(_ event: BeaconEvent) -> JSON {
        .object([
            ("id", .int(event.id)), ("time", .number(event.time)), ("kind", .string(event.kind.rawValue)),
            ("fields", .object(event.fields.map { ($0.name, .string($0.value)) })),
        ])
    }
}

/// Which events are wanted.
public struct EventFilter: Sendable {
    /// Empty: all.
    public var kinds: Set<String> = []
    /// Unix seconds, both included.
    public var since: Double?
    public var until: Double?
    /// The last so many of those that fit.
    public var limit = Int.max

    public init() {}

    public func apply(_ events: [BeaconEvent]) -> [BeaconEvent] {
        let chosen = events.filter { event in
            (kinds.isEmpty || kinds.contains(event.kind.rawValue)) && event.time >= since ?? -.infinity
                && event.time <= until ?? .infinity
        }
        return Array(chosen.suffix(limit))
    }
}
