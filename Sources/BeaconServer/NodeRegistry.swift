import BeaconAdmin
import BeaconBasics
import BeaconClock
import BeaconCrypto
import BeaconDataPlane
import BeaconFleet
import Logging

/// A node's dealings with the registry: hands what it lists to the data plane, tells the log what has changed, and keeps
/// the state that the admin pages show.
final class NodeRegistry: Sendable {
    private let settings: RegistryClientSettings
    private let peers: NodePeers
    private let log: Logger
    private let state: Guarded<State>

    private struct State {
        var status: RegistryStatus
        var lastSuccess: Moment?
        /// As of the last round, to log what is new only.
        var lastResult: RegistryResult?
        var lastBeacons: Set<Address>?
        var client: RegistryClient?
    }

    /// nil without a registry, and for beacon id 0, which no registry takes (protocol.md §7.2, §7.3).
    init?(_ configuration: Configuration, listen: Address, peers: NodePeers, log: Logger) {
        guard let registry = configuration.registry, configuration.beaconID != 0 else { return nil }
        settings = RegistryClientSettings(
            registry: registry,
            identity: RegistryIdentity(
                beaconID: configuration.beaconID, adminToken: configuration.registryAdminToken?.revealed),
            announcement: RegistryAnnouncement(configuration.advertise, listen: listen),
            security: configuration.registrySecurity)
        self.peers = peers
        self.log = log
        let status = RegistryStatus(address: registry.description, tls: .init(configuration.registrySecurity))
        state = Guarded(State(status: status))
    }

    /// Begins the first round.
    func start() {
        let client = RegistryClient.start(
            settings, onRound: { self.ended($0) }, onBeacons: { self.take($0) })
        state.withLock { $0.client = client }
    }

    func stop() {
        let client = state.withLock { state in
            defer { state.client = nil }
            return state.client
        }
        client?.stop()
    }

    var status: RegistryStatus {
        state.withLock { state in
            var status = state.status
            status.lastSuccessSeconds = state.lastSuccess.map { SystemClock.now().since($0).inSeconds }
            return status
        }
    }

    private func ended(_ report: RegistryReport) {
        let isNews = state.withLock { state in
            defer { state.lastResult = report.result }
            state.status.count(report)
            if report.result == .ok { state.lastSuccess = SystemClock.now() }
            return state.lastResult != report.result
        }
        if isNews { tell(report) }
    }

    private func tell(_ report: RegistryReport) {
        var metadata: Logger.Metadata = ["registry": "\(settings.registry)"]
        func warn(_ sentence: Logger.Message, _ reason: String) {
            metadata["reason"] = "\(reason)"
            log.warning(sentence, metadata: metadata)
        }
        switch report.result {
        case .ok:
            metadata["as"] = "\(report.announcedAs)"
            log.info("announced at the registry", metadata: metadata)
        case .refused(let reason): warn("the registry refuses this beacon", reason)
        case .unreachable(let reason): warn("the registry cannot be reached", reason)
        case .untrusted(let reason): warn("the registry's certificate is refused, nothing was said to it", reason)
        case .invalid(let reason): warn("the registry's answer makes no sense", reason)
        }
    }

    private func take(_ beacons: RegistryBeacons) {
        peers.list(beacons.addresses)
        let isNews = state.withLock { state in
            // The registry lists in no order.
            let addresses = Set(beacons.addresses)
            defer { state.lastBeacons = addresses }
            state.status.beacons = addresses.count
            return state.lastBeacons != addresses
        }
        guard isNews else { return }
        log.info("beacons at the registry", metadata: ["count": "\(beacons.addresses.count)"])
        for name in beacons.unresolved {
            log.warning("a beacon at the registry has no address, left out", metadata: ["beacon": "\(name)"])
        }
    }
}

extension RegistryAnnouncement {
    /// protocol.md §7.2: the advertised address, else the address that is listened on; for a wildcard, whatever local
    /// address reaches the registry.
    init(_ advertise: HostPort?, listen: Address) {
        if let advertise {
            self = .fixed(advertise.description)
        } else {
            self = listen.isUnspecified ? .connection(port: listen.port) : .fixed(listen.description)
        }
    }
}

extension RegistryStatus.TLS {
    init(_ security: RegistrySecurity) {
        self =
            switch security {
            case .plain: .off
            case .verified: .verified
            case .pinned: .pinned
            }
    }
}

extension RegistryStatus {
    /// What a round brings to light, but for the names in its list.
    mutating func count(_ report: RegistryReport) {
        (state, lastError) =
            switch report.result {
            case .ok: (.ok, lastError)
            case .refused(let reason): (.refused, reason)
            case .unreachable(let reason): (.unreachable, reason)
            case .untrusted(let reason): (.untrusted, reason)
            case .invalid(let reason): (.invalid, reason)
            }
        rounds[state, default: 0] += 1
        if !report.announcedAs.isEmpty { announcedAs = report.announcedAs }
        if report.beacons != nil { skipped = report.skipped }
        if let shown = report.certificate { certificate = shown.description }
    }
}
