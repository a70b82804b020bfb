import BeaconAdmin
import BeaconBasics
import BeaconDataPlane
import BeaconRelay
import Logging

/// A running node: data plane and admin server, made from a configuration.
final class Node {
    private let plane: DataPlane
    private let admin: AdminServer?
    private let backend: NodeBackend
    private let log: Logger

    /// Binds everything and starts serving. Throws, with nothing left running, if an address cannot be had.
    init(_ configuration: Configuration, output: LogOutput, log: Logger) throws {
        self.log = log
        let settings = DataPlaneSettings(configuration, log: log)
        var dice = SystemRandomNumberGenerator()
        let plane = try DataPlane.start(settings, live: LiveSettings(configuration), dice: &dice)
        let backend = NodeBackend(plane: plane, configuration: configuration, output: output)
        self.plane = plane
        self.backend = backend
        do {
            admin = try Self.startAdmin(configuration, backend)
        } catch {
            plane.stop()
            throw error
        }
        announce(configuration)
    }
}
