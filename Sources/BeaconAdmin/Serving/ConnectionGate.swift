import Synchronization

/// Counts the open connections of one listener. Listeners have a gate each: a crowd at the admin address does not hide
/// the beacon's health.
final class ConnectionGate: Sendable {
    enum Admission { case serve, refuse, drop }

    private let served = Atomic<Int>(0)
    /// Counted apart: those who are told that there is no room must not take the room that comes free.
    private let refused = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// At most `limit` are served and as many told that they are not. Every call is paired with one of `leave`.
    func enter() -> Admission {
        if Self.take(served, limit) { return .serve }
        return Self.take(refused, limit) ? .refuse : .drop
    }

    func leave(_ admission: Admission) {
        switch admission {
        case .serve: served.subtract(1, ordering: .relaxed)
        case .refuse: refused.subtract(1, ordering: .relaxed)
        case .drop: break
        }
    }

    private static func take(_ count: borrowing Atomic<Int>, _ limit: Int) -> Bool {
        if count.add(1, ordering: .relaxed).oldValue < limit { return true }
        count.subtract(1, ordering: .relaxed)
        return false
    }
}
