public import BeaconBasics
import Synchronization

/// Whether a beacon takes new nodes.
public enum DrainPhase: UInt8, Sendable {
    case serving
    /// New ids are turned away: they are answered, and register elsewhere.
    case refusing
    /// It drains, but takes new ids: there is no other beacon to take them.
    case accepting
}

/// A drain as the registry sees it.
extension Registry {
    @inline(__always)
    public var drainPhase: DrainPhase { DrainPhase(rawValue: drainWord.load(ordering: .relaxed)) ?? .serving }

    /// Takes effect for each shard with its next batch.
    public func setDrainPhase(_ phase: DrainPhase) { drainWord.store(phase.rawValue, ordering: .relaxed) }

    /// Members of the fleet have come or gone: for so long daemons may change their beacons (protocol.md §9.2: 60 s until
    /// the registry's list follows, 60 to 70 s until it is asked, and some more).
    static let unrest = Delay.seconds(180)

    /// The fleet has another member, or one less, or one drains: nodes are expected to move for a while.
    public func fleetChanged(at now: Moment) {
        unrestEnd.store((now + Self.unrest).nanoseconds, ordering: .relaxed)
    }

    /// Whether frames are worth keeping.
    @inline(__always)
    func expectsMoves(at now: Moment) -> Bool {
        drainWord.load(ordering: .relaxed) != DrainPhase.serving.rawValue
            || now.nanoseconds < unrestEnd.load(ordering: .relaxed)
    }

    /// Since when a node that has moved has certainly taken no frames from here: since it was first asked for proof of
    /// life, and did not answer. nil: not known.
    func deafSince(_ node: NodeID) -> Moment? { state.withLock { $0.silent[node] } }

    /// The node was asked for another beacon, and did not answer.
    func wasSilent(_ claim: Claims.Claim, _ state: inout State) {
        guard !claim.tokens.isEmpty else { return }
        // More at once than ever move in a second: those before have been seen to.
        if state.silent.count >= Claims.capacity { state.silent = [:] }
        state.silent[claim.node] = claim.begun
    }

    /// Nodes that have gone to other beacons, ever.
    @inline(__always)
    var moves: UInt64 { moveCount.load(ordering: .acquiring) }

    /// The node has registered at the beacon with this data address. Until that beacon's log says so (`withdraw`), frames
    /// for it go there. False, and nothing is done, if the node is not here, or has come back meanwhile, or if no moves are expected: the
    /// log comes soon.
    @discardableResult
    public func moved(_ node: NodeID, to data: Address, at now: Moment) -> Bool {
        guard expectsMoves(at: now) else { return false }
        defer { fleet?.flush() }
        return state.withLock { state in
            guard node != .unassigned, let (entry, route) = table.findHere(node),
                fleet?.isWaiting(node, .registered) != true
            else { return false }
            count(route.endpoint.address, -1, &state)
            end(state.claims.remove(node), .gone)
            entry.write(node, Endpoint(address: data), flags: route.flags.union(.moved))
            departed(&state)
            publishOpenClaims(state)
            return true
        }
    }

    /// To be called once the table says so.
    func departed(_ state: inout State) {
        state.counters.departed += 1
        moveCount.add(1, ordering: .releasing)
    }
}
