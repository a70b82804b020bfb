public import BeaconBasics

/// An operator's order to drain.
public struct DrainOrder: Equatable, Sendable {
    /// What follows at zero nodes or at the deadline, once the beacon has left its fleet.
    public enum Then: String, CaseIterable, Sendable {
        /// The process ends with status 0.
        case exit
        /// The process stays, and still relays to whoever has stayed.
        case stay
    }

    /// Daemons look for another beacon 60 to 130 s after their registry's list has changed (protocol.md §9.2).
    public static let defaultDeadline = Delay.seconds(130)
    public static let longestDeadline = Delay.seconds(24 * 3_600)

    /// Counted from the order. 0: at once.
    public var deadline: Delay
    public var then: Then
    /// Even if nobody would be left serving.
    public var force: Bool

    public init(deadline: Delay = Self.defaultDeadline, then: Then = .exit, force: Bool = false) {
        self.deadline = deadline
        self.then = then
        self.force = force
    }
}

/// How an order to drain was taken.
public enum DrainStart: Equatable, Sendable {
    case started(DrainStatus)
    /// It was draining: the new order's deadline and `then` are in force now.
    case alreadyDraining(DrainStatus)
    /// Nothing has changed; the reason is a sentence for the operator.
    case refused(reason: String)
    /// It was a dry run: nothing has changed.
    case planned(DrainPlan)
}

/// What an order would do.
public struct DrainPlan: Equatable, Sendable {
    public var order: DrainOrder
    /// nil: it would be taken; otherwise why not.
    public var refusal: String?
    /// The beacon is draining, and the order would change how.
    public var isDraining = false
    /// Nodes registered here, who would have to move.
    public var nodesToMove = 0
    /// Other beacons that live and do not drain; nil without a fleet.
    public var othersServing: Int?

    public init(_ order: DrainOrder) { self.order = order }
}

/// How an order to drain no more was taken.
public enum DrainCancel: Equatable, Sendable {
    /// Everything is as before the drain.
    case cancelled
    /// There was nothing to cancel, and no harm.
    case notDraining
    /// The beacon has left, or is leaving.
    case tooLate(reason: String)
}
