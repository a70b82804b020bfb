import BeaconBasics
import BeaconDataPlane
import BeaconFleet
import Logging

/// Who the other beacons are said to be, by `--peers` and by the registry, for the data plane and for the fleet.
final class NodePeers: Sendable {
    private let plane: DataPlane
    private let fleet: FleetService?
    private let log: Logger
    private let state: Guarded<State>
    private let names: Guarded<PeerNames?> = Guarded(nil)

    private struct State {
        /// Addresses that the data plane was started with.
        var initial: [Address]
        /// What the names of `--peers` mean now.
        var resolved: [Address]
        var listed: [Address] = []
        var unresolved: Set<String> = []
    }

    init(_ configuration: Configuration, initial: [Address], plane: DataPlane, fleet: FleetService?, log: Logger) {
        self.plane = plane
        self.fleet = fleet
        self.log = log
        state = Guarded(State(initial: initial, resolved: initial))
        names.withLock { names in
            names = PeerNames(configuration.peers) { [weak self] in self?.resolved($0) }
        }
    }

    func start() {
        fleet?.name(state.withLock { $0.resolved })
        names.withLock { $0 }?.start()
    }

    /// Called about once a second.
    func tick() { names.withLock { $0 }?.tick() }

    func stop() {
        let names = names.withLock { names in
            defer { names = nil }
            return names
        }
        names?.stop()
    }

    /// The registry's list, in place of the one before.
    func list(_ beacons: [Address]) {
        change { $0.listed = beacons }
    }

    private func resolved(_ beacons: RegistryBeacons) {
        let unresolved = Set(beacons.unresolved.map(\.description))
        let isNews = state.withLock { state in
            defer { state.unresolved = unresolved }
            return state.unresolved != unresolved
        }
        for name in beacons.unresolved where isNews {
            log.warning("peer has no address, asked again in 30 s", metadata: ["peer": "\(name)"])
        }
        change { $0.resolved = beacons.addresses }
    }

    private func change(_ body: @Sendable (inout State) -> Void) {
        let (initial, resolved, listed) = state.withLock { state in
            body(&state)
            return (state.initial, state.resolved, state.listed)
        }
        // The data plane keeps those that it began with.
        plane.list(listed + resolved.filter { !initial.contains($0) })
        fleet?.name(resolved + listed)
    }
}
