import BeaconBasics
import BeaconRelay
import Logging

/// One line a minute with what was relayed and lost in it, as operators know it from the reference beacon; none in a
/// minute in which nothing came.
final class MinuteLog: Sendable {
    typealias Source = @Sendable () -> (CounterSnapshot, RegistryCounters)?

    private struct State {
        var seconds = 0
        var source: Source?
        var last = CounterSnapshot()
    }

    private let log: Logger
    private let state = Guarded(State())

    init(_ log: Logger) { self.log = log }

    func watch(_ source: @escaping Source) { state.withLock { $0.source = source } }

    /// Called about once a second.
    func tick() {
        state.withLock { state in
            state.seconds += 1
            guard state.seconds % 60 == 0, let (now, registry) = state.source?() else { return }
            report(now, since: state.last, registry)
            state.last = now
        }
    }

    private func report(_ now: CounterSnapshot, since last: CounterSnapshot, _ registry: RegistryCounters) {
        guard now.received != last.received else { return }
        log.info(
            "last minute",
            metadata: [
                "received": "\(now.received &- last.received)",
                "answered": "\(now.total(.answered) &- last.total(.answered))",
                "forwarded": "\(now.total(.forwarded) &- last.total(.forwarded))",
                "dropped": "\(now.total(.dropped) &- last.total(.dropped))",
                "not_found": "\(now[.unknownDestination] &- last[.unknownDestination])",
                "nodes": "\(registry.ipv4 + registry.ipv6)",
            ])
    }
}
