import BeaconBasics
import BeaconClock
import Dispatch
import NIOPosix

/// Looks names up on a thread of its own, because that may wait for the network: one list at a time, the newest.
final class BeaconLookUps: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let onBeacons: @Sendable (RegistryBeacons) -> Void
    private let state = Guarded(State())

    private struct State {
        /// A list that has not been begun.
        var waiting: [HostPort]?
        var isRunning = false
        var names = BeaconNames()
    }

    init(_ onBeacons: @escaping @Sendable (RegistryBeacons) -> Void) {
        self.onBeacons = onBeacons
        pool.start()
    }

    /// What is under way ends by itself; its result goes nowhere.
    func stop() { pool.shutdownGracefully { _ in } }

    func resolve(_ beacons: [HostPort]) {
        let isNeeded = state.withLock { state in
            defer { state.isRunning = true }
            state.waiting = beacons
            return !state.isRunning
        }
        if isNeeded { pool.submit { if $0 == .active { self.run() } } }
    }

    private func run() {
        while let beacons = next() {
            var names = state.withLock { $0.names }
            let resolved = names.resolve(beacons, lookUp: { $0.resolved() }, clock: SystemClock.now)
            state.withLock { [names] in $0.names = names }
            onBeacons(resolved)
        }
    }

    private func next() -> [HostPort]? {
        state.withLock { state in
            defer { state.waiting = nil }
            state.isRunning = state.waiting != nil
            return state.waiting
        }
    }
}
