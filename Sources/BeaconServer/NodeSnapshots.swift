import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRecorder
import CLinux
import Dispatch
import Logging

/// Writes snapshots, on a thread of its own that gives way to all others. Whatever goes wrong is counted, logged and
/// shown; the beacon goes on serving.
final class NodeSnapshots: Sendable {
    /// Whether this program can write and read snapshots at all.
    static var isBuilt: Bool {
        #if Snapshots
            true
        #else
            false
        #endif
    }

    /// How long whoever stops the process waits for the last one.
    static let patience = DispatchTimeInterval.seconds(20)
    /// How long a process that is about to die of an error lives on for it.
    private static let fatalMilliseconds: Int32 = 5_000

    private let store: SnapshotStore
    private let interval: Delay
    private let backend: NodeBackend
    private let log: Logger
    private let wakeup: Wakeup
    private let state: Guarded<State>
    private let thread: Guarded<Thread?> = Guarded(nil)

    private struct State {
        var status: SnapshotStatus
        /// Attempts that are over, and those that were ordered: one more than that at most, or two while one runs.
        var done: UInt64 = 0
        var ordered: UInt64 = 0
        var reason = SnapshotReason.operator
        var waiters: [(number: UInt64, semaphore: DispatchSemaphore)] = []
        var isStopping = false
        var nextInterval: Moment
    }

    init(_ store: SnapshotStore, interval: Delay, backend: NodeBackend, log: Logger) throws {
        self.store = store
        self.interval = interval
        self.backend = backend
        self.log = log
        wakeup = try Wakeup()
        state = Guarded(
            State(status: SnapshotStatus(directory: store.path), nextInterval: SystemClock.now() + interval))
    }

    func start() throws {
        let thread = try Thread(name: "snapshots") { [self] in run() }
        self.thread.withLock { $0 = thread }
        linux_on_fatal_signal(wakeup.descriptor, Self.fatalMilliseconds)
    }

    var status: SnapshotStatus { state.withLock { $0.status } }

    /// Has a snapshot made and returns at once. One that is ordered and not begun serves for this order too.
    /// - Returns: the number of the attempt.
    @discardableResult
    func order(_ reason: SnapshotReason) -> UInt64 {
        let number = state.withLock { state in
            let next = state.done + (state.status.isRunning ? 2 : 1)
            if state.ordered < next { (state.ordered, state.reason) = (next, reason) }
            return state.ordered
        }
        wakeup.signal()
        return number
    }

    /// Has a snapshot made and waits for it, `patience` at most. False if it failed or took longer.
    @discardableResult
    func take(_ reason: SnapshotReason) -> Bool {
        let semaphore = DispatchSemaphore(value: 0)
        let number = order(reason)
        let isOver = state.withLock { state in
            if state.done >= number { return true }
            state.waiters.append((number, semaphore))
            return false
        }
        if !isOver, semaphore.wait(timeout: .now() + Self.patience) == .timedOut {
            log.warning("a snapshot takes too long, going on without it", metadata: ["reason": "\(reason)"])
            return false
        }
        return state.withLock { $0.status.last?.number == number && $0.status.last?.error == nil }
    }

    /// Called about once a second: `--snapshot-interval`.
    func tick(at now: Moment) {
        guard interval > .seconds(0) else { return }
        let isDue = state.withLock { state in
            guard now >= state.nextInterval else { return false }
            state.nextInterval = now + interval
            return true
        }
        if isDue { order(.interval) }
    }

    /// Ends the thread; one that is at work finishes first.
    func stop() {
        linux_on_fatal_signal(-1, 0)
        state.withLock { $0.isStopping = true }
        wakeup.signal()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    // MARK: The thread

    private func run() {
        linux_fatal_signal_writer()
        // Only when nobody else wants the CPU.
        linux_yield_to_others()
        prepare()
        while true {
            let signal = linux_fatal_signal()
            if signal != 0 { return die(of: signal) }
            let (reason, isStopping) = state.withLock { state in
                (state.ordered > state.done ? state.reason : nil, state.isStopping)
            }
            if let reason {
                attempt(reason)
            } else if isStopping {
                return
            } else {
                wakeup.wait(milliseconds: -1)
            }
        }
    }

    private func prepare() {
        do {
            try store.prepare()
        } catch {
            log.error("snapshots will fail", metadata: ["directory": "\(store.path)", "reason": "\(error)"])
        }
        let files = store.files
        state.withLock { $0.status.files = files }
    }

    private func die(of signal: Int32) {
        backend.tell(.fatal, ["signal": "\(signal)"])
        attempt(.fatal)
        linux_fatal_signal_done()
    }

    private func attempt(_ reason: SnapshotReason) {
        state.withLock { $0.status.isRunning = true }
        let (begun, time) = (SystemClock.now(), SystemClock.unixTime())
        var attempt = SnapshotStatus.Attempt(number: 0, reason: reason.rawValue, time: time, took: 0)
        do {
            let saved = try store.save(backend, reason)
            (attempt.file, attempt.bytes, attempt.nodes) = (saved.file, saved.bytes, saved.nodes)
        } catch {
            attempt.error = error.description
        }
        attempt.took = SystemClock.now().since(begun).inSeconds
        tell(attempt)
        finish(attempt)
        do {
            try store.tidy()
        } catch {
            log.warning("old snapshots cannot be tidied up", metadata: ["reason": "\(error)"])
        }
        let files = store.files
        state.withLock { $0.status.files = files }
        linux_return_memory()
        ColdLibraries.release()
    }

    private func finish(_ attempt: SnapshotStatus.Attempt) {
        let files = store.files
        let waiters = state.withLock { state in
            state.done += 1
            state.ordered = max(state.ordered, state.done)
            var attempt = attempt
            attempt.number = state.done
            state.status.last = attempt
            state.status.isRunning = false
            if attempt.error == nil { state.status.written += 1 } else { state.status.failed += 1 }
            state.status.files = files
            let over = state.waiters.filter { $0.number <= state.done }
            state.waiters.removeAll { $0.number <= state.done }
            return over
        }
        for waiter in waiters { waiter.semaphore.signal() }
    }

    private func tell(_ attempt: SnapshotStatus.Attempt) {
        if let error = attempt.error {
            backend.tell(.error, ["what": "snapshot", "reason": error])
            log.error("a snapshot could not be written", metadata: ["for": "\(attempt.reason)", "reason": "\(error)"])
            return
        }
        let (file, milliseconds) = (attempt.file ?? "", Int(attempt.took * 1_000))
        backend.tell(.snapshot, ["reason": attempt.reason, "file": file, "milliseconds": "\(milliseconds)"])
        log.info(
            "snapshot written",
            metadata: [
                "file": "\(file)", "for": "\(attempt.reason)", "nodes": "\(attempt.nodes)",
                "bytes": "\(attempt.bytes)", "milliseconds": "\(milliseconds)",
            ])
    }
}
