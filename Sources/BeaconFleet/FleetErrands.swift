import BeaconBasics
import BeaconCrypto
import Dispatch
import NIOPosix

/// What may block, off the loop and in order: the log, and storing keys. Bounded: behind a log that takes nothing,
/// events are refused, and of the rings that wait to be stored only the newest is. Keys are never refused.
final class FleetErrands: Sendable {
    static let capacity = 4_096

    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let state = Guarded(State())
    private let onEvent: @Sendable (FleetEvent) -> Void
    private let storeKeys: @Sendable (KeyRing) throws -> Void

    private struct State {
        /// Events.
        var waiting = 0
        /// To be stored; an errand for it waits.
        var ring: KeyRing?
    }

    init(
        onEvent: @escaping @Sendable (FleetEvent) -> Void, storeKeys: @escaping @Sendable (KeyRing) throws -> Void
    ) {
        self.onEvent = onEvent
        self.storeKeys = storeKeys
        pool.start()
    }

    /// False if there is no room for it.
    func tell(_ event: FleetEvent) -> Bool {
        let hasRoom = state.withLock { state in
            guard state.waiting < Self.capacity else { return false }
            state.waiting += 1
            return true
        }
        guard hasRoom else { return false }
        pool.submit { pool in
            if pool == .active { self.onEvent(event) }
            self.state.withLock { $0.waiting -= 1 }
        }
        return true
    }

    func store(_ ring: KeyRing) {
        let isWaitedFor = state.withLock { state in
            defer { state.ring = ring }
            return state.ring != nil
        }
        guard !isWaitedFor else { return }
        pool.submit { if $0 == .active { self.storeNewest() } }
    }

    private func storeNewest() {
        let newest = state.withLock { state in
            defer { state.ring = nil }
            return state.ring
        }
        guard let ring = newest else { return }
        do {
            try storeKeys(ring)
            onEvent(.keysStored(ring.keyIDs))
        } catch {
            onEvent(.keysNotStored("\(error)"))
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
