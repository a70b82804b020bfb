import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconRelay

/// Who talks most, added up at most four times a second however many ask: shards publish no more often.
final class NodeTalkers: Sendable {
    private let plane: DataPlane
    private let latest = Guarded<(status: TalkerStatus, at: Moment)?>(nil)
    private static let lifetime = Delay.milliseconds(250)

    init(plane: DataPlane) { self.plane = plane }

    var status: TalkerStatus {
        let now = SystemClock.now()
        return latest.withLock { latest in
            if let latest, now.since(latest.at) < Self.lifetime { return latest.status }
            let status = read(at: now)
            latest = (status, now)
            return status
        }
    }

    /// The busiest nodes of those that are registered here and have not moved.
    func busiest(_ limit: Int) -> [DrainStatus.BusyNode] {
        let top = status.top
        // Node 0 is nobody in particular.
        let here = top.top(.node, by: .packets, limit: .max).lazy.filter { [plane] in
            $0.node != .unassigned && plane.registry.isRegistered($0.node)
        }
        return here.prefix(limit).map { DrainStatus.BusyNode($0.node, frames: $0.packets, bytes: $0.bytes) }
    }

    private func read(at now: Moment) -> TalkerStatus {
        let top = plane.talkers(at: now)
        return TalkerStatus(top, activePairs: top.activePairs { plane.registry.isRegistered($0) })
    }
}
