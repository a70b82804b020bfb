import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconDataPlane
import BeaconFleet
import BeaconRecorder
import BeaconRelay
import CLinux
import Logging

/// A running node: data plane, admin server and registry client, made from a configuration.
final class Node {
    private let plane: DataPlane
    private let admin: AdminServer?
    private let backend: NodeBackend
    private let registry: NodeRegistry?
    private let fleet: NodeFleet?
    private let peers: NodePeers
    let handover: HandoverServer?
    private let manager: ServiceManager
    let drain: NodeDrain
    let drainOnTerm: Delay?
    /// nil without `--snapshot-dir`.
    let snapshots: NodeSnapshots?
    let log: Logger

    /// Binds everything, or takes it over, and starts serving. Throws, with nothing left running, if an address cannot be
    /// had; then a predecessor serves on.
    init(
        _ configuration: Configuration, output: LogOutput, takeover: Takeover? = nil,
        manager: ServiceManager = ServiceManager(environment: [:]), log: Logger
    ) throws {
        self.log = log
        self.manager = manager
        var settings = DataPlaneSettings(configuration, log: log)
        var dice = SystemRandomNumberGenerator()
        let minutes = MinuteLog(log)
        let ticks = Ticks()
        settings.everySecond = {
            minutes.tick()
            ticks.tick()
        }
        settings.adopted = takeover?.adoptSockets()
        let events = EventLog(
            startUnixSeconds: SystemClock.unixSeconds(),
            above: takeover.map { $0.sockets.newestEvent + Self.eventMargin } ?? 0)
        let ground = NodeFleet.Ground(configuration, dice: &dice)
        settings.fleet = ground?.settings(configuration, advertise: settings.advertise)
        let plane = try DataPlane.start(settings, live: LiveSettings(configuration), dice: &dice)
        Self.restore(configuration, plane, events, log)
        do {
            fleet = try ground.map { try NodeFleet(configuration, $0, plane: plane, events: events, log: log) }
        } catch {
            plane.stop()
            throw error
        }
        let peers = NodePeers(
            configuration, initial: settings.peers, plane: plane, fleet: fleet?.service, log: log)
        let registry = NodeRegistry(configuration, listen: plane.listen.address, peers: peers, log: log)
        let recorder = NodeRecorder(events: events)
        let talkers = NodeTalkers(plane: plane)
        drain = NodeDrain(
            plane: plane, fleet: fleet, registry: registry, talkers: talkers, events: events, log: log,
            wake: { Signals.nudge() })
        drainOnTerm = configuration.drainOnTerm
        let backend = NodeBackend(
            plane: plane, configuration: configuration, output: output, registry: registry, fleet: fleet,
            drain: drain, talkers: talkers, log: events, recorder: recorder)
        self.plane = plane
        self.backend = backend
        self.registry = registry
        self.peers = peers
        do {
            let snapshots = try Self.startSnapshots(configuration, backend, log)
            self.snapshots = snapshots
            do {
                backend.takeoverGap = try takeover?.commit(plane)
                admin = try Self.startAdmin(configuration, takeover?.adoptListeners(), backend)
            } catch {
                snapshots?.stop()
                throw error
            }
        } catch {
            fleet?.stop()
            plane.stop()
            throw error
        }
        do throws(HandoverError) {
            handover = try Self.handoverServer(
                configuration, plane, admin, backend, replacing: takeover != nil, log: log)
        } catch {
            // What has been taken over must be served, whoever comes next.
            guard takeover != nil else {
                fleet?.stop()
                admin?.stop()
                snapshots?.stop()
                plane.stop()
                throw error
            }
            log.error("no successor can take over", metadata: ["error": "\(error)"])
            handover = nil
        }
        ticks.watch { [weak peers, weak backend, weak snapshots] in
            peers?.tick()
            if let backend { recorder.tick(backend) }
            snapshots?.tick(at: SystemClock.now())
            manager.alive()
        }
        peers.start()
        minutes.watch { [weak plane] in plane.map { ($0.totals, $0.registry.counters) } }
        announce(configuration)
        registry?.start()
        if let gap = backend.takeoverGap {
            let milliseconds = "\((gap.inSeconds * 100_000).rounded() / 100)"
            backend.tell(.takeover, ["side": "successor", "result": "taken over", "gap_ms": milliseconds])
            log.info("taken over", metadata: ["gap_ms": "\(milliseconds)"])
        }
        manager.ready()
        ColdLibraries.release()
    }

    private static func startAdmin(
        _ configuration: Configuration, _ adopted: (admin: Int32?, health: Int32?)?, _ backend: NodeBackend
    ) throws -> AdminServer? {
        var listeners: [AdminListener] = []
        if let address = configuration.admin { listeners.append(AdminListener(address, descriptor: adopted?.admin)) }
        if let address = configuration.health {
            listeners.append(AdminListener(address, .health, descriptor: adopted?.health))
        }
        if listeners.isEmpty { return nil }
        return try AdminServer.start(
            listen: listeners, backend: backend, token: configuration.adminToken?.revealed,
            allowedHosts: configuration.adminHosts)
    }

    /// `--restore`. What the file is was checked with the configuration.
    private static func restore(
        _ configuration: Configuration, _ plane: DataPlane, _ events: EventLog, _ log: Logger
    ) {
        guard let restore = try? NodeRestore(configuration) else { return }
        let count = restore.run(plane, log)
        linux_return_memory()
        events.add(.restored, [.init("nodes", "\(count)")], time: SystemClock.unixTime())
    }

    private static func startSnapshots(
        _ configuration: Configuration, _ backend: NodeBackend, _ log: Logger
    ) throws -> NodeSnapshots? {
        guard let store = SnapshotStore(configuration) else { return nil }
        let snapshots = try NodeSnapshots(store, interval: configuration.snapshotInterval, backend: backend, log: log)
        backend.attach(snapshots)
        try snapshots.start()
        return snapshots
    }

    /// Says what is listened on, and what of the host will hold the beacon back.
    private func announce(_ configuration: Configuration) {
        log.info(
            "listening",
            metadata: [
                "address": "\(plane.listen)", "shards": "\(plane.shards(at: SystemClock.now()).count)",
                "beacon_id": "\(configuration.beaconID)", "peers": "\(configuration.peers.count)",
                "registry": "\(registry?.status.address ?? "none")",
                "fleet": "\(fleet.map { $0.service.listen.description } ?? "none")",
                "admin": "\(admin?.boundAddresses.map(\.description).joined(separator: ",") ?? "none")",
            ])
        warnOfBuffers("receive", plane.grantedReceiveBuffer, configuration.receiveBuffer, "net.core.rmem_max")
        warnOfBuffers("send", plane.grantedSendBuffer, configuration.receiveBuffer, "net.core.wmem_max")
    }

    private func warnOfBuffers(_ which: String, _ granted: Int, _ wanted: Int, _ key: String) {
        guard granted < wanted else { return }
        log.warning(
            "the kernel caps the \(which) buffer of the data sockets",
            metadata: [
                "granted_bytes": "\(granted)", "wanted_bytes": "\(wanted)", "fix": "sysctl -w \(key)=\(wanted)",
            ])
    }

    /// SIGHUP: what an operator may have changed in files.
    func reload() {
        manager.reloading()
        defer { manager.ready() }
        guard let fleet else { return }
        if case .unchanged = fleet.reloadKeys() { log.info("fleet keys are as they were") }
    }

    /// Leaves the fleet, at the end of a drain; the data plane and the admin server go on.
    func leave() {
        peers.stop()
        fleet?.stop()
    }

    /// For those who watch a drain to be told of its end.
    func finishStreams(within limit: Delay) { admin?.finishStreams(within: limit) }

    /// Stops what asks for traffic, then leaves the fleet, then stops the admin server and the data plane.
    func stop() {
        // The service goes on if a successor has it.
        if handover?.isDone != true { manager.stopping() }
        handover?.stop()
        backend.beginStopping()
        registry?.stop()
        peers.stop()
        // While the fleet is as it was.
        // One that ends with a drain has written its last one.
        if drain.state != .left, handover?.isDone != true { snapshots?.take(.stop) }
        fleet?.stop()
        snapshots?.stop()
        backend.attach(nil)
        admin?.stop()
        plane.stop()
    }
}

/// What the data plane's housekeeper calls about once a second, once there is something to call.
private final class Ticks: Sendable {
    private let action: Guarded<(@Sendable () -> Void)?> = Guarded(nil)

    func watch(_ action: @escaping @Sendable () -> Void) { self.action.withLock { $0 = action } }
    func tick() { action.withLock { $0 }?() }
}
