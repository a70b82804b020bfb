/// Something that happened and that an operator may want to hear of.
public struct BeaconEvent: Equatable, Sendable {
    public struct Field: Equatable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Rises by one from event to event, and over restarts too.
    public var id: UInt64
    /// Unix seconds.
    public var time: Double
    public var kind: EventKind
    /// In a fixed order for each kind. Values may hold what peers have sent.
    public var fields: [Field]

    /// The value of the first field of that name.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    public init(id: UInt64, time: Double, kind: EventKind, fields: [Field]) {
        self.id = id
        self.time = time
        self.kind = kind
        self.fields = fields
    }
}

/// Some of the events that are kept, oldest first.
public struct EventPage: Equatable, Sendable {
    public var events: [BeaconEvent]
    /// The id of the last event that happened, whether it is on the page or not; 0 without events.
    public var newest: UInt64
    /// Events between the one asked after and the first on the page are gone, or the one asked after is not of ours.
    public var isGap: Bool

    public init(_ events: [BeaconEvent] = [], newest: UInt64 = 0, isGap: Bool = false) {
        self.events = events
        self.newest = newest
        self.isGap = isGap
    }
}
