import BeaconBasics
import BeaconCrypto
import Dispatch
import NIOPosix

/// What may block, off the loop and in order: the log, and storing keys. Bounded: behind a log that takes nothing,
/// events are dropped and counted.
final class FleetErrands: Sendable {
    static let capacity = 4_096

    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let waiting = Guarded(0)
    private let onEvent: @Sendable (FleetEvent) -> Void
    private let storeKeys: @Sendable (KeyRing) throws -> Void

    init(
        onEvent: @escaping @Sendable (FleetEvent) -> Void, storeKeys: @escaping @Sendable (KeyRing) throws -> Void
    ) {
        self.onEvent = onEvent
        self.storeKeys = storeKeys
        pool.start()
    }

    func tell(_ event: FleetEvent) {
        run { self.onEvent(event) }
    }

    func store(_ ring: KeyRing) {
        run {
            do {
                try self.storeKeys(ring)
                self.onEvent(.keysStored(ring.keyIDs))
            } catch {
                self.onEvent(.keysNotStored("\(error)"))
            }
        }
    }

    private func run(_ errand: @escaping @Sendable () -> Void) {
        let hasRoom = waiting.withLock { waiting in
            guard waiting < Self.capacity else { return false }
            waiting += 1
            return true
        }
        guard hasRoom else { return }
        pool.submit { state in
            if state == .active { errand() }
            self.waiting.withLock { $0 -= 1 }
        }
    }

    /// Ends when what was asked for is done.
    func stop() {
        let done = DispatchSemaphore(value: 0)
        pool.submit { _ in done.signal() }
        done.wait()
        try? pool.syncShutdownGracefully()
    }
}
