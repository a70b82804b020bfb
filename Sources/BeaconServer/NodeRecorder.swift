import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRecorder
import BeaconRelay

/// The flight recorder: looks at the node once a second, off the packet path, keeps the counters of the last 15 minutes,
/// and turns what has changed into events. Its memory is fixed.
final class NodeRecorder: Sendable {
    private let events: EventLog

    private struct State: ~Copyable {
        var ring: SampleRing?
        var columns = 0
        var watch = StateWatch()
    }

    private let state = Guarded(State())

    init(events: EventLog) { self.events = events }

    /// What was sampled; empty before the first second is over.
    var samples: SnapshotSamples { state.withLock { $0.ring?.samples ?? SnapshotSamples() } }

    /// Called about once a second, on one thread.
    func tick(_ backend: NodeBackend) {
        let status = backend.status()
        let counts = NodeCounters.all(status, backend.fleet())
        let time = SystemClock.unixTime()
        let news = state.withLock { state in
            if state.ring == nil {
                state.ring = SampleRing(names: counts.map(\.name))
                state.columns = counts.count
            }
            // Columns are those of the first second; whatever may change, that does not.
            if counts.count == state.columns { state.ring?.add(counts.map(\.value), time: time) }
            return state.watch.take(status)
        }
        for item in news { events.add(item.kind, item.fields, time: time) }
        tell(backend.plane.registry.drainNews(), at: time)
    }

    /// A few a second; the rest is a number.
    private func tell(_ drained: (news: [NodeNews], leftOut: UInt64), at time: Double) {
        for item in drained.news { events.add(item.kind.event, item.fields, time: time) }
        guard drained.leftOut > 0 else { return }
        events.add(.leftOut, [.init("what", "contested, moved"), .init("count", "\(drained.leftOut)")], time: time)
    }
}

extension NodeNews {
    fileprivate var fields: [BeaconEvent.Field] {
        let names = kind == .contested ? ("holder", "claimant") : ("from", "to")
        return [
            .init("node", "\(node.rawValue)"), .init(names.0, holder.map { "\($0)" } ?? "elsewhere"),
            .init(names.1, "\(other)"),
        ]
    }
}

extension NodeNews.Kind {
    fileprivate var event: EventKind {
        switch self {
        case .contested: .contested
        case .moved: .moved
        }
    }
}
