import BeaconAdmin
import BeaconBasics
import BeaconRelay

/// A drain from its order to its end (DESIGN.md §6): `serving → draining → left`. A plain value: orders, facts and times
/// come in, what follows from them comes out.
struct Drain: Sendable {
    private(set) var state = State.serving
    /// The last one, for the numbers that it ended with.
    private(set) var run: Run?

    typealias State = DrainStatus.State

    struct Run: Equatable, Sendable {
        var order: DrainOrder
        var beganAt: Moment
        var beganUnix: Double
        var deadline: Moment
        var start: DrainFacts
        /// When the last node was gone, and what had been sent on by then; nil while there are any.
        var emptyAt: Moment?
        /// When something was last sent on.
        var forwardedAt: Moment
        /// As last seen.
        var latest: DrainFacts
        var endedAt: Moment?
    }

    enum Ending: Equatable, Sendable {
        /// All nodes have gone, and nothing has come for them for a while.
        case empty
        case deadline(nodesLeft: Int)
    }

    /// Other beacons hear of the last node's move a moment after us: until then their frames for it come here. So long
    /// must be silence before a beacon without nodes leaves, and so long is waited for it at most.
    static let quiet = Delay.seconds(1)
    static let longestQuiet = Delay.seconds(10)

    // MARK: Orders

    /// What an order would do.
    func plan(_ order: DrainOrder, _ facts: DrainFacts) -> DrainPlan {
        var plan = DrainPlan(order)
        plan.refusal = refusal(order, facts)
        plan.isDraining = state == .draining
        plan.nodesToMove = facts.nodes
        plan.othersServing = facts.othersServing
        return plan
    }

    /// Why an order is not taken, as a sentence; nil if it is. A beacon that is alone anyway just drains.
    private func refusal(_ order: DrainOrder, _ facts: DrainFacts) -> String? {
        if state == .left { return "the beacon has left its fleet already" }
        guard state == .serving, facts.othersServing == 0, !order.force else { return nil }
        return "no other beacon would be left serving: every node would lose its relay; force=1 drains all the same"
    }

    /// Begins a drain or changes the one that runs; the reason if it is refused.
    mutating func begin(_ order: DrainOrder, _ facts: DrainFacts, at now: Moment, unix: Double) -> String? {
        if let refusal = refusal(order, facts) { return refusal }
        if state == .draining {
            run?.order = order
            run?.deadline = now + order.deadline
            return nil
        }
        run = Run(
            order: order, beganAt: now, beganUnix: unix, deadline: now + order.deadline, start: facts,
            forwardedAt: now, latest: facts)
        state = .draining
        return nil
    }

    mutating func cancel(_ facts: DrainFacts, at now: Moment) -> DrainCancel {
        switch state {
        case .serving: return .notDraining
        case .left: return .tooLate(reason: "the beacon has left its fleet; it can only be started again")
        case .draining:
            see(facts, at: now)
            run?.endedAt = now
            state = .serving
            return .cancelled
        }
    }

    // MARK: Time

    /// Looks at how things stand: whether it is time to leave.
    mutating func advance(_ facts: DrainFacts, at now: Moment) -> Ending? {
        guard state == .draining else { return nil }
        see(facts, at: now)
        guard let run else { return nil }
        if now >= run.deadline { return facts.nodes == 0 ? .empty : .deadline(nodesLeft: facts.nodes) }
        guard let emptyAt = run.emptyAt else { return nil }
        let isQuiet = now.since(max(emptyAt, run.forwardedAt)) >= Self.quiet
        return isQuiet || now.since(emptyAt) >= Self.longestQuiet ? .empty : nil
    }

    private mutating func see(_ facts: DrainFacts, at now: Moment) {
        guard var run else { return }
        if facts.framesForwarded != run.latest.framesForwarded { run.forwardedAt = now }
        run.emptyAt = facts.nodes == 0 ? run.emptyAt ?? now : nil
        run.latest = facts
        self.run = run
    }

    /// The beacon has left.
    mutating func left(at now: Moment) {
        run?.endedAt = now
        state = .left
    }

    /// Whether new ids are turned away.
    func phase(_ facts: DrainFacts) -> DrainPhase {
        guard state != .serving else { return .serving }
        // With nobody else to go to, a node is better served here for the rest of the time.
        return facts.othersServing ?? 0 > 0 ? .refusing : .accepting
    }
}
