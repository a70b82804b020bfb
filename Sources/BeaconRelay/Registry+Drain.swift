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

    /// Nodes that have gone to other beacons, ever.
    @inline(__always)
    var moves: UInt64 { moveCount.load(ordering: .acquiring) }

    /// The node has registered at the beacon with this data address. Until that beacon's log says so (`withdraw`), frames
    /// for it go there. False, and nothing is done, if the node is not here, or has come back meanwhile.
    @discardableResult
    public func moved(_ node: NodeID, to data: Address) -> Bool {
        defer { fleet?.flush() }
        return state.withLock { state in
            guard drainPhase != .serving, node != .unassigned, let (entry, route) = table.findHere(node),
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
