/// Snapshots on disk, as `/snapshots`, `/stats` and the metrics show them.
public struct SnapshotStatus: Equatable, Sendable {
    /// How the last attempt ended.
    public struct Attempt: Equatable, Sendable {
        /// Counts attempts from 1: whoever asked for one sees by it when theirs is done.
        public var number: UInt64
        /// "operator", "interval", "signal", "stop", "drain" or "fatal".
        public var reason: String
        /// Unix seconds when it began.
        public var time: Double
        /// Seconds that it took.
        public var took: Double
        /// The file's name; nil if it failed.
        public var file: String?
        public var bytes: Int64
        public var nodes: Int
        /// Why it failed; nil if it did not.
        public var error: String?

        public init(
            number: UInt64, reason: String, time: Double, took: Double, file: String? = nil, bytes: Int64 = 0,
            nodes: Int = 0, error: String? = nil
        ) {
            self.number = number
            self.reason = reason
            self.time = time
            self.took = took
            self.file = file
            self.bytes = bytes
            self.nodes = nodes
            self.error = error
        }
    }

    /// A file that is there.
    public struct File: Equatable, Sendable {
        public var name: String
        public var bytes: Int64
        /// Unix seconds.
        public var time: Double
        public var reason: String
        public var isCompressed: Bool

        public init(name: String, bytes: Int64, time: Double, reason: String, isCompressed: Bool) {
            self.name = name
            self.bytes = bytes
            self.time = time
            self.reason = reason
            self.isCompressed = isCompressed
        }
    }

    public var directory: String
    /// Attempts of each end since start.
    public var written: UInt64 = 0
    public var failed: UInt64 = 0
    /// One is being made now.
    public var isRunning = false
    public var last: Attempt?
    /// Newest first, as of the last attempt.
    public var files: [File] = []

    public init(directory: String) { self.directory = directory }

    public var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }
}

/// How an operator's order for a snapshot ended.
public enum SnapshotOrder: Equatable, Sendable {
    /// It is being made; `SnapshotStatus.last` has this number once it is done.
    case ordered(number: UInt64)
    /// There is no `--snapshot-dir`.
    case off
    /// This beacon was built without them.
    case notBuilt
}
