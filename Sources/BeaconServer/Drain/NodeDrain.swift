import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconFleet
import BeaconMembership
import BeaconRelay
import Dispatch
import Logging

/// A node's drain: gathers the facts, keeps the state, and does what follows. From any thread; only `advance`, on the main
/// one, ends a drain.
final class NodeDrain: Sendable {
    private let plane: DataPlane
    private let fleet: NodeFleet?
    private let registry: NodeRegistry?
    private let talkers: NodeTalkers
    private let events: EventLog
    private let log: Logger
    private let drain = Guarded(Drain())
    private let registryQueue = DispatchQueue(label: "drain-registry")
    /// Called when a drain begins, so that somebody calls `advance` now and then.
    private let wake: @Sendable () -> Void

    init(
        plane: DataPlane, fleet: NodeFleet?, registry: NodeRegistry?, talkers: NodeTalkers, events: EventLog,
        log: Logger,
        wake: @escaping @Sendable () -> Void
    ) {
        self.plane = plane
        self.fleet = fleet
        self.registry = registry
        self.talkers = talkers
        self.events = events
        self.log = log
        self.wake = wake
    }

    var state: DrainStatus.State { drain.withLock { $0.state } }

    func status() -> DrainStatus {
        let (facts, now) = (facts(), SystemClock.now())
        var status = drain.withLock { $0.status(facts, at: now) }
        status.activePairs = talkers.status.activePairs
        if status.state != .serving { status.busiest = talkers.busiest(DrainStatus.busiestShown) }
        return status
    }

    // MARK: Orders

    func begin(_ order: DrainOrder, dryRun: Bool) -> DrainStart {
        let (facts, now, unix) = (facts(), SystemClock.now(), SystemClock.unixTime())
        if dryRun { return .planned(drain.withLock { $0.plan(order, facts) }) }
        let (wasDraining, refusal, phase) = drain.withLock { drain in
            (drain.state == .draining, drain.begin(order, facts, at: now, unix: unix), drain.phase(facts))
        }
        if let refusal {
            tell("refused", [("reason", refusal)])
            return .refused(reason: refusal)
        }
        fleet?.service.setDrain(Self.deadline(order, unix: unix))
        plane.registry.setDrainPhase(phase)
        renewRegistration(false)
        tell(wasDraining ? "changed" : "began", order)
        wake()
        return wasDraining ? .alreadyDraining(status()) : .started(status())
    }

    private static func deadline(_ order: DrainOrder, unix: Double) -> DrainDeadline {
        DrainDeadline(unixSeconds: UInt32(clamping: Int(unix + order.deadline.inSeconds)))
    }

    func cancel() -> DrainCancel {
        let (facts, now) = (facts(), SystemClock.now())
        let result = drain.withLock { $0.cancel(facts, at: now) }
        guard result == .cancelled else { return result }
        fleet?.service.setDrain(nil)
        plane.registry.setDrainPhase(.serving)
        renewRegistration(true)
        tell("cancelled")
        return result
    }

    /// Not on the caller's thread: to end a round waits for its event loop, which must not be done on another one.
    private func renewRegistration(_ renews: Bool) {
        guard let registry else { return }
        registryQueue.async { if renews { registry.start() } else { registry.stop() } }
    }

    // MARK: Time

    /// To be called a few times a second while draining: how it has ended, if it has. Then the beacon is to leave its
    /// fleet, and `left` to be called.
    func advance() -> Drain.Ending? {
        let (facts, now) = (facts(), SystemClock.now())
        let (ending, phase) = drain.withLock { ($0.advance(facts, at: now), $0.phase(facts)) }
        plane.registry.setDrainPhase(phase)
        return ending
    }

    func left(_ ending: Drain.Ending) {
        let now = SystemClock.now()
        drain.withLock { $0.left(at: now) }
        let status = status()
        var fields = [("moved", "\(status.nodesMoved)"), ("lost_frames", "\(status.framesLost)")]
        if case .deadline(let nodes) = ending { fields.append(("nodes_left", "\(nodes)")) }
        tell("ended", fields)
    }

    private func facts() -> DrainFacts {
        var facts = DrainFacts()
        let counters = plane.registry.counters
        let totals = plane.totals
        facts.nodes = counters.ipv4 + counters.ipv6 - (plane.registry.isRegistered(.unassigned) ? 1 : 0)
        (facts.departed, facts.expired) = (counters.departed, counters.expired)
        facts.refused = counters.refusedDraining
        facts.othersServing = othersServing
        facts.framesForwarded = totals[.mesh] + totals[.forward]
        facts.framesRepeated = totals.sent(.repeated)
        (facts.framesDoubtful, facts.framesLost) = (totals.framesDoubtful, totals.framesLost)
        return facts
    }

    /// Members that live and do not drain, and reference beacons that are heard of; nil if nobody is looked for.
    private var othersServing: Int? {
        let peers = plane.routes.peers
        guard fleet != nil || peers.contains(where: \.isNamed) else { return nil }
        let members = fleet?.service.report.members ?? []
        let serving = members.count { $0.member.state == .alive && !$0.member.isDraining }
        return serving + peers.count { $0.lastSync != nil }
    }

    // MARK: Telling

    private func tell(_ what: String, _ order: DrainOrder) {
        let deadline = ("deadline_seconds", "\(Int(order.deadline.inSeconds))")
        tell(what, [deadline, ("then", order.then.rawValue)] + (order.force ? [("force", "true")] : []))
    }

    private func tell(_ what: String, _ fields: [(String, String)] = []) {
        events.add(.drain, ([("state", what)] + fields).map { .init($0, $1) }, time: SystemClock.unixTime())
        let metadata = Logger.Metadata(uniqueKeysWithValues: fields.map { ($0, "\($1)") })
        log.info("drain \(what)", metadata: metadata)
    }
}
