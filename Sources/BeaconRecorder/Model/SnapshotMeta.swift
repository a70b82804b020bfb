/// Whose snapshot it is, of when, and why it was taken.
public struct SnapshotMeta: Equatable, Sendable {
    /// The layout of the tables; a reader refuses a higher one.
    public static let schema = 1

    public var schema = SnapshotMeta.schema
    public var reason = SnapshotReason.operator
    /// Unix seconds.
    public var takenAt = 0.0
    public var startedAt = 0.0
    public var beaconID: UInt32 = 0
    /// Of this life in the fleet; 0 without one.
    public var session: UInt64 = 0
    public var fleetLabel = ""
    /// Of the beacon, and of the kernel below it.
    public var version = ""
    public var kernel = ""
    public var host = ""
    /// Where the data plane listens.
    public var listen = ""
    public var processID: Int32 = 0
    /// How long a registration lasts without a sign of its node, in seconds: what is older is not restored.
    public var timeToLive = 0.0
    /// Rows of the table `nodes`.
    public var nodes = 0

    public init() {}
}

/// Why a snapshot was taken.
public enum SnapshotReason: String, CaseIterable, Sendable {
    /// `POST /snapshot`.
    case `operator`
    /// `--snapshot-interval`.
    case interval
    /// SIGUSR1.
    case signal
    /// SIGTERM or SIGINT.
    case stop
    /// A drain is over.
    case drain
    /// The process is about to die of an error.
    case fatal
    /// `GET /report`: never in a file.
    case report
}
