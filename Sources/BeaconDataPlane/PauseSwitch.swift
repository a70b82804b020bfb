import Glibc
import Synchronization

/// Asks a thread to rest, and tells whether it does. The thread looks between two batches: one relaxed load.
final class PauseSwitch: Sendable {
    private let wanted = Atomic<Bool>(false)
    private let resting = Atomic<Bool>(false)

    @inline(__always)
    var isWanted: Bool { wanted.load(ordering: .relaxed) }
    /// What the thread did before it rested is visible to whoever sees this.
    var isResting: Bool { resting.load(ordering: .acquiring) }

    func want(_ pause: Bool) { wanted.store(pause, ordering: .releasing) }

    /// On the thread: until the pause is over, or `isStopped`.
    func rest(unless isStopped: () -> Bool) {
        resting.store(true, ordering: .releasing)
        while wanted.load(ordering: .acquiring), !isStopped() { usleep(200) }
        resting.store(false, ordering: .releasing)
    }
}

/// Holds new threads back until what they work on is theirs. Opens once.
final class StartGate: Sendable {
    private let opened: Atomic<Bool>

    init(isOpen: Bool) { opened = Atomic(isOpen) }

    var isOpen: Bool { opened.load(ordering: .acquiring) }
    func open() { opened.store(true, ordering: .releasing) }
    func wait() { while !isOpen { usleep(200) } }
}
