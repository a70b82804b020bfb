import BeaconBasics
import BeaconClock
import Glibc
public import Logging
import Synchronization

/// Where all log lines go: one format, one level, one bound on their rate. Safe to use from any thread; a caller waits
/// for one write of its own line at most.
public final class LogOutput: Sendable {
    private let format: Configuration.LogFormat
    private let clock: @Sendable () -> LogTime
    private let sink: @Sendable ([UInt8]) -> Void
    private let limiter: Guarded<LogLimiter>
    /// An index into `levels`.
    private let levelIndex: Atomic<Int>

    private static let levels = Logger.Level.allCases

    /// - Parameters:
    ///   - clock: both clocks, read once a line.
    ///   - sink: takes one whole line with its newline.
    init(
        format: Configuration.LogFormat, level: Logger.Level, limits: LogLimits = LogLimits(),
        clock: @escaping @Sendable () -> LogTime = LogTime.now,
        sink: @escaping @Sendable ([UInt8]) -> Void = writeToStandardError
    ) {
        self.format = format
        self.clock = clock
        self.sink = sink
        limiter = Guarded(LogLimiter(limits))
        levelIndex = Atomic(Self.index(of: level))
    }

    /// Lines to standard error, as configured.
    public convenience init(_ configuration: Configuration) {
        self.init(format: configuration.logFormat, level: configuration.logLevel)
    }

    /// The least severe level that is written. May be changed while lines are being written.
    public var level: Logger.Level {
        get { Self.levels[levelIndex.load(ordering: .relaxed)] }
        set { levelIndex.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    /// Lines that the rate limit has swallowed since the start.
    public var suppressed: UInt64 { limiter.withLock { $0.suppressed } }

    func write(_ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) {
        let time = clock()
        guard let suppressed = limiter.withLock({ $0.admit(message, level, at: time.moment) }) else { return }
        let line = LogLine(time: time, level: level, message: message, fields: fields, suppressed: suppressed)
        sink(Array((line.rendered(format) + "\n").utf8))
    }

    private static func index(of level: Logger.Level) -> Int { levels.firstIndex(of: level)! }
}

/// One reading of the wall clock, for people, and of the monotonic one, for the rate limit.
struct LogTime: Sendable {
    /// Milliseconds since 1970 (UTC).
    var unixMilliseconds: Int64
    var moment: Moment

    @Sendable
    static func now() -> LogTime {
        LogTime(unixMilliseconds: Int64(SystemClock.unixMilliseconds()), moment: SystemClock.now())
    }
}

@Sendable
func writeToStandardError(_ line: [UInt8]) { writeAll(line, to: STDERR_FILENO) }

/// Writes what the descriptor takes; it may be closed, full or a broken pipe, and a beacon goes on without its log.
/// A broken pipe must not raise SIGPIPE (`BeaconProgram.main` ignores it).
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}
