import BeaconAdmin
import BeaconBasics
import BeaconDataPlane
import Glibc
import Logging

// How a node hands over to a successor on the same host, and begins as one.

extension HandoverIdentity {
    init(_ configuration: Configuration) {
        let addresses = [configuration.listen, configuration.gossip, configuration.admin, configuration.health]
        let texts: [String] = addresses.map { $0?.description ?? "" }
        self.init(
            beaconID: configuration.beaconID, label: configuration.fleetLabel, addresses: texts,
            shards: UInt16(configuration.shardCount(usableCPUs: CPUBudget.usableCPUs())),
            isInFleet: configuration.fleet.keys != nil)
    }
}

extension Configuration {
    /// Connects to the predecessor, if there is to be one, and takes the settings that an operator has changed there.
    mutating func beginTakeover() throws(HandoverError) -> Takeover? {
        guard let takeover else { return nil }
        let taken = try Takeover(takeover, HandoverIdentity(self))
        // One that this version does not know is left out.
        for setting in taken.sockets.settings { _ = change(setting.key, to: setting.value) }
        return taken
    }
}

extension Node {
    /// Waits for a successor, where the configuration says so.
    static func handoverServer(
        _ configuration: Configuration, _ plane: DataPlane, _ admin: AdminServer?, _ backend: NodeBackend,
        replacing: Bool, log: Logger
    ) throws(HandoverError) -> HandoverServer? {
        guard let path = configuration.handoverSocket else { return nil }
        let identity = HandoverIdentity(configuration)
        let host = HandoverHost(
            identity: identity, plane: plane, listeners: { admin?.descriptors ?? [] },
            sockets: {
                HandoverSockets(
                    listen: plane.listen.address, shards: identity.shards, hasAdmin: configuration.admin != nil,
                    hasHealth: configuration.health != nil, newestEvent: backend.recentEvents(limit: 0).newest,
                    settings: backend.changedSettings.map { HandoverSockets.Setting(key: $0.key, value: $0.value) })
            },
            tell: { backend.tell(.takeover, $0) },
            // The main thread waits for signals, and ends the process at this one.
            end: { kill(getpid(), SIGTERM) }, log: log)
        return try HandoverServer(path, replacing: replacing, host)
    }

    /// Events told by the predecessor after its tables went out.
    static let eventMargin: UInt64 = 64
}
