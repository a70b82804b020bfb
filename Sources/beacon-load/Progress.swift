import BeaconBasics
import BeaconLoadKit
import BeaconPrinting
import Glibc

/// How a run shows that it is alive, on standard error.
enum Progress {
    case none
    /// A line a second.
    case lines
    /// One line, written over each second.
    case rewriting

    /// What fits standard error.
    static func automatic(quiet: Bool) -> Progress { quiet ? .none : isatty(STDERR_FILENO) == 1 ? .rewriting : .lines }
}

/// Prints a run's progress each second.
struct ProgressPrinter {
    private let progress: Progress
    private let unit: CountedUnit
    private let total: Double
    private var last: Moment
    private var lastCompleted: UInt64 = 0

    init(_ progress: Progress, unit: CountedUnit, total: Double, at start: Moment) {
        self.progress = progress
        self.unit = unit
        self.total = total
        last = start
    }

    mutating func update(_ schedule: RunSchedule, _ traffic: borrowing some Traffic & ~Copyable, at now: Moment) {
        let elapsed = now.since(last)
        guard elapsed >= .seconds(1) else { return }
        let rate = Double(traffic.completed - lastCompleted) / elapsed.inSeconds
        last = now
        lastCompleted = traffic.completed
        guard progress != .none else { return }
        let line = ProgressLine(
            phase: schedule.phase, elapsed: now.since(schedule.since).inSeconds, total: total, perSecond: rate,
            unit: unit, inFlight: traffic.inFlight, lost: traffic.lost, wrong: traffic.wrong)
        writeError(progress == .rewriting ? "\r\u{1B}[K" + line.text : line.text + "\n")
    }

    /// Leaves the terminal's line empty.
    func finish() {
        if progress == .rewriting { writeError("\r\u{1B}[K") }
    }
}

/// Writes text to standard error, unbuffered; nothing is to be done when that fails.
func writeError(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
