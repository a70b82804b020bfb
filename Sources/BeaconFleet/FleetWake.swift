import BeaconBasics

/// Wakes a fleet that may not have started yet: the data plane has to be there first.
public final class FleetWake: Sendable {
    private struct State {
        var fleet: FleetService?
        var isWanted = false
    }

    private let state = Guarded(State())

    public init() {}

    /// From any thread, at any time.
    public func signal() {
        let fleet = state.withLock { state in
            if state.fleet == nil { state.isWanted = true }
            return state.fleet
        }
        fleet?.wake()
    }

    /// nil: there is nobody to wake any more.
    public func attach(_ fleet: FleetService?) {
        let isWanted = state.withLock { state in
            state.fleet = fleet
            return state.isWanted
        }
        if isWanted { fleet?.wake() }
    }
}
