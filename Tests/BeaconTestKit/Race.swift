import Glibc
import Synchronization

/// One writer against some readers, on threads of their own that begin together: the writer goes on until the last
/// reader is done, so that every read is beside a write. Returns the sum of what the readers found wrong.
///
/// `write` is given the number of the turn, from 1; `read` the number of the reader. Tasks would not do: the
/// cooperative pool may well run them one after the other.
public func race(
    readers count: Int, write: @escaping @Sendable (UInt64) -> Void, read: @escaping @Sendable (Int) -> Int
) -> Int {
    let state = RaceState(threads: count + 1)
    let writer = startThread {
        state.begin()
        var turn: UInt64 = 1
        while state.isRunning(threads: count + 1) {
            write(turn)
            state.hasWritten.store(true, ordering: .releasing)
            turn += 1
        }
    }
    let readers = (0..<count).map { reader in
        startThread {
            state.begin()
            while !state.hasWritten.load(ordering: .acquiring) { sched_yield() }
            state.faults.add(read(reader), ordering: .relaxed)
            state.finished.add(1, ordering: .releasing)
        }
    }
    for thread in readers + [writer] { pthread_join(thread, nil) }
    return state.faults.load(ordering: .relaxed)
}

private final class RaceState: Sendable {
    let waiting: Atomic<Int>
    let finished = Atomic<Int>(0)
    let hasWritten = Atomic<Bool>(false)
    let faults = Atomic<Int>(0)

    init(threads: Int) { waiting = Atomic(threads) }

    /// Returns when all threads have got here.
    func begin() {
        waiting.subtract(1, ordering: .acquiringAndReleasing)
        while waiting.load(ordering: .acquiring) > 0 { sched_yield() }
    }

    func isRunning(threads: Int) -> Bool { finished.load(ordering: .acquiring) < threads - 1 }
}

private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(run))
    let error = pthread_create(
        &thread, nil,
        { argument in
            Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().run()
            return nil
        }, work.toOpaque())
    precondition(error == 0, "pthread_create: \(error)")
    return thread
}
