public import BeaconBasics
import NIOCore
import NIOPosix
import NIOSSL

/// What a registry client is made with.
public struct RegistryClientSettings: Sendable {
    public var registry: HostPort
    public var identity: RegistryIdentity
    public var announcement: RegistryAnnouncement
    public var security: RegistrySecurity
    /// The CAs to trust where `security` is `verified`; a test has its own.
    var roots = NIOSSLTrustRoots.default

    public init(
        registry: HostPort, identity: RegistryIdentity, announcement: RegistryAnnouncement,
        security: RegistrySecurity = .plain
    ) {
        self.registry = registry
        self.security = security
        self.identity = identity
        self.announcement = announcement
    }
}

/// Keeps this beacon announced at the registry, and learns the others from it (protocol.md §7.2): a round now, and then
/// one every 30 s, each over a connection of its own. It has an event loop that serves nobody else.
public final class RegistryClient: Sendable {
    /// From the end of a round to the next. The registry forgets a beacon after 60 s; a round takes 15 at most.
    static let interval = TimeAmount.seconds(30)
    static let connectLimit = TimeAmount.seconds(5)

    private let settings: RegistryClientSettings
    private let onRound: @Sendable (RegistryReport) -> Void
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let lookUps: BeaconLookUps
    private let phase = Guarded(Phase.running)

    private enum Phase {
        /// Between rounds, or connected.
        case running
        case connecting
        case stopped
        /// Stopped while connecting: the thread ends when that has ended.
        case stopping
    }

    /// - Parameters:
    ///   - onRound: called after each round, on the event loop.
    ///   - onBeacons: called after each good list, with the addresses of its beacons, on another thread.
    public static func start(
        _ settings: RegistryClientSettings, onRound: @escaping @Sendable (RegistryReport) -> Void,
        onBeacons: @escaping @Sendable (RegistryBeacons) -> Void
    ) -> RegistryClient {
        let client = RegistryClient(settings, onRound, BeaconLookUps(onBeacons))
        client.group.next().scheduleRepeatedAsyncTask(initialDelay: .zero, delay: interval) { _ in client.round() }
        return client
    }

    private init(
        _ settings: RegistryClientSettings, _ onRound: @escaping @Sendable (RegistryReport) -> Void,
        _ lookUps: BeaconLookUps
    ) {
        self.settings = settings
        self.onRound = onRound
        self.lookUps = lookUps
    }

    /// Begins no more rounds and reports nothing more. A name that is being looked up cannot be called off and is not
    /// waited for.
    public func stop() {
        let isIdle = phase.withLock { phase in
            defer {
                if phase == .running { phase = .stopped }
                if phase == .connecting { phase = .stopping }
            }
            return phase == .running
        }
        lookUps.stop()
        if isIdle { try? group.syncShutdownGracefully() }
    }

    private func round() -> EventLoopFuture<Void> {
        let loop = group.next()
        let mayBegin = phase.withLock { phase in
            guard phase == .running else { return false }
            phase = .connecting
            return true
        }
        guard mayBegin else { return loop.makeSucceededVoidFuture() }
        let report = loop.makePromise(of: RegistryReport.self)
        ClientBootstrap(group: loop)
            .connectTimeout(Self.connectLimit)
            .connect(host: settings.registry.host, port: Int(settings.registry.port))
            .whenComplete { self.connected($0, report) }
        return report.futureResult.map { self.ended($0) }
    }

    private func connected(_ result: Result<any Channel, any Error>, _ report: EventLoopPromise<RegistryReport>) {
        let isStopping = phase.withLock { phase in
            defer { phase = phase == .connecting ? .running : .stopped }
            return phase == .stopping
        }
        do {
            try begin(on: result.get(), report)
        } catch {
            report.succeed(RegistryReport(result: .unreachable(ConnectError.reason(error))))
        }
        if isStopping { group.shutdownGracefully { _ in } }
    }

    private func begin(on channel: any Channel, _ report: EventLoopPromise<RegistryReport>) throws {
        do {
            let tls = try RegistryTLS(settings.security, to: settings.registry, roots: settings.roots)
            let exchange = RegistryExchange(settings.identity, settings.announcement, tls: tls, promise: report)
            if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler) }
            try channel.pipeline.syncOperations.addHandler(exchange)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    private func ended(_ report: RegistryReport) {
        guard phase.withLock({ $0 == .running }) else { return }
        onRound(report)
        if let beacons = report.beacons { lookUps.resolve(beacons) }
    }
}
