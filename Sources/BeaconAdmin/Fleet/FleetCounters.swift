public import BeaconBasics

/// A count and the word it is shown under: lower case, digits and `_`, chosen by the program and never by a stranger.
public struct NamedCount: Equatable, Sendable {
    public var name: String
    public var value: UInt64

    public init(_ name: String, _ value: UInt64) {
        self.name = name
        self.value = value
    }
}

/// The control plane since start. Lists name every count, those at zero too, always in the same order.
public struct FleetCounters: Equatable, Sendable {
    public var datagramsReceived: UInt64 = 0
    public var datagramsSent: UInt64 = 0
    /// UDP payload.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    /// Datagrams received that were authentic and taken.
    public var opened: UInt64 = 0
    /// Datagrams and stream records received and not taken, by reason.
    public var dropped: [NamedCount] = []
    /// Streams to peers, from peers, and those to peers that failed.
    public var streamsOpened: UInt64 = 0
    public var streamsServed: UInt64 = 0
    public var streamsFailed: UInt64 = 0
    /// From a probe of ours to its answer.
    public var roundTrips = DelayHistogram()
    /// Owner logs: changes, batches, gaps, repairs, digest mismatches, snapshots, …
    public var directory: [NamedCount] = []
    /// Claims to ids that are homed at another beacon, by what came of them.
    public var claims: [NamedCount] = []
    /// Punches that involve another beacon, by what came of them.
    public var punches: [NamedCount] = []

    /// Of the sockets and streams beneath: send errors, streams refused, hellos, ….
    public var shell: [NamedCount] = []

    public init() {}

    /// All of `dropped`.
    public var droppedTotal: UInt64 { dropped.reduce(0) { $0 &+ $1.value } }
}
