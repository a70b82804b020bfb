import BeaconBasics
import BeaconRelay

/// Rates over the last seconds, from readings taken every `interval`. Time is the beacon's own uptime, so that a reading
/// and its time always belong together.
final class RateMeter: Sendable {
    /// A rate looks back one to two intervals.
    static let intervalSeconds = 5
    /// A shorter look back says little.
    private static let shortestSeconds = 1.0

    struct Reading: Sendable {
        let uptimeSeconds: Double
        let totals: CounterSnapshot

        init(_ status: BeaconStatus) {
            uptimeSeconds = status.uptimeSeconds
            totals = status.totals
        }
    }

    private let readings = Guarded<(older: Reading?, newer: Reading?)>((nil, nil))

    func record(_ reading: Reading) { readings.withLock { $0 = ($0.newer, reading) } }

    /// The readings to compare: the oldest kept and `now`; nil while they are too near each other.
    func base(for now: Reading) -> Reading? {
        let kept = readings.withLock { $0.older ?? $0.newer }
        guard let kept, now.uptimeSeconds - kept.uptimeSeconds >= Self.shortestSeconds else { return nil }
        return kept
    }
}
