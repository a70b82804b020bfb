import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconCrypto
import BeaconDataPlane
import BeaconDirectory
import BeaconFleet
import BeaconMembership
import Logging
import Synchronization

/// A node's part in its fleet: the service, the key file behind its ring, and the events that the admin pages and the
/// log tell.
final class NodeFleet: Sendable {
    let service: FleetService
    let table: DirectoryTable
    let label: String
    let preset: String
    private let log: Logger
    let keys: FleetKeys
    private let wake: FleetWake
    private let hasLeft = Atomic<Bool>(false)

    /// What has to be there before the data plane is.
    struct Ground {
        let table: DirectoryTable
        let wake = FleetWake()
        let keys: KeyRing

        /// nil for a node without a fleet.
        init?(_ configuration: Configuration, dice: inout some RandomNumberGenerator) {
            guard let keys = configuration.fleet.keys else { return nil }
            self.keys = keys
            table = DirectoryTable(capacity: configuration.maxDirectory, hash: KeyedHash(using: &dice))
        }

        func settings(_ configuration: Configuration, advertise: Address?) -> BeaconDataPlane.FleetSettings {
            let (wake, listen) = (wake, configuration.listen)
            let host = [listen, configuration.gossip].compactMap { $0 }.first { !$0.isUnspecified }
            return BeaconDataPlane.FleetSettings(
                directory: table, keys: keys.meshKeys(label: configuration.fleetLabel),
                dataAddress: advertise ?? (listen.port == 0 ? nil : host?.with(port: listen.port)),
                wake: { wake.signal() })
        }
    }

    /// Binds the control plane and begins to look for the others.
    init(_ configuration: Configuration, _ ground: Ground, plane: DataPlane, events: EventLog, log: Logger) throws {
        let listen = configuration.gossip ?? .none
        var settings = FleetServiceSettings(
            beacon: BeaconID(configuration.beaconID), listen: listen, data: plane.listen.address, keys: ground.keys)
        if case .open = configuration.fleet { settings.isOpen = true }
        settings.label = configuration.fleetLabel
        settings.membership = MembershipPreset(configuration.fleetPreset)
        settings.softwareVersion = SoftwareVersion(BeaconProgram.version)
        settings.advertisedData = try Self.resolve("advertise-addr", configuration.advertise)
        settings.advertisedControl = try Self.resolve(
            "fleet-advertise", configuration.fleetAdvertise?.with(defaultPort: listen.port))
        let keys = FleetKeys(ground.keys, file: settings.isOpen ? nil : configuration.fleetKeyFile)
        let teller = FleetTeller(events: events, log: log)
        self.keys = keys
        self.log = log
        table = ground.table
        wake = ground.wake
        label = configuration.fleetLabel
        preset = configuration.fleetPreset.rawValue
        service = try FleetService.start(
            settings, plane: PlaneLink(plane: plane), table: ground.table,
            onEvent: { event in
                keys.note(event, at: SystemClock.now())
                teller.tell(event)
            },
            storeKeys: { try keys.store($0) })
        wake.attach(service)
    }

    private static func resolve(_ key: String, _ host: HostPort?) throws -> Address? {
        guard let host else { return nil }
        guard let address = host.resolved() else { throw FleetError(description: "\(key): \(host) has no address") }
        return address
    }

    /// Leaves the fleet and ends the control plane; takes 2.5 s at most.
    func stop() {
        guard !hasLeft.exchange(true, ordering: .relaxed) else { return }
        service.stop()
        wake.attach(nil)
    }

    /// Reads the key file again, and puts it to work.
    func reloadKeys() -> KeyReloadResult {
        do {
            guard let ring = try keys.reload() else { return .unchanged }
            service.setKeys(ring)
            return .reloaded(keyIDs: ring.keyIDs)
        } catch {
            log.warning("fleet keys cannot be read again, the old ones stay", metadata: ["reason": "\(error.reason)"])
            return .failed(error.reason)
        }
    }
}

extension MembershipPreset {
    init(_ preset: Configuration.FleetPreset) {
        self =
            switch preset {
            case .lan: .lan
            case .wan: .wan
            case .lossy: .lossy
            }
    }
}

extension SoftwareVersion {
    /// `1.2.3`; what is no number is 0.
    init(_ text: String) {
        let parts = text.split(separator: ".").map { UInt8($0) ?? 0 } + [0, 0, 0]
        self.init(parts[0], parts[1], parts[2])
    }
}
