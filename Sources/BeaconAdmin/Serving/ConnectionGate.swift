import Synchronization

/// Counts the open connections of one listener. Listeners have a gate each: a crowd at the admin address does not hide
/// the beacon's health.
final class ConnectionGate: Sendable {
    enum Admission { case serve, refuse, drop }

    private let open = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Every call is paired with one of `leave`.
    func enter() -> Admission {
        let others = open.add(1, ordering: .relaxed).oldValue
        if others < limit { return .serve }
        return others < 2 * limit ? .refuse : .drop
    }

    func leave() { open.subtract(1, ordering: .relaxed) }
}
