public import BeaconBasics
import BeaconHTTP
import Glibc
import NIOCore
import NIOPosix

/// The admin HTTP server: its own event-loop thread, so that neither a scrape nor a bad client is felt by the data plane.
public final class AdminServer: Sendable {
    /// As bound, in the order of the listeners given.
    public let boundAddresses: [Address]
    private let group: MultiThreadedEventLoopGroup
    private let sockets: Guarded<[ListeningSocket]>
    private let counters: AdminCounters

    private init(bound: [ListeningSocket], group: MultiThreadedEventLoopGroup, counters: AdminCounters) {
        boundAddresses = bound.map(\.address)
        self.group = group
        sockets = Guarded(bound)
        self.counters = counters
    }

    /// The listening sockets in the order of the listeners given, to be handed to a successor; none once stopped.
    public var descriptors: [Int32] { sockets.withLock { $0.map(\.descriptor) } }

    /// Binds all addresses and serves until `stop`. Either all listeners are up afterwards or none.
    ///
    /// - Parameters:
    ///   - token: asked for in `Authorization: Bearer` by everything but `/healthz` and `/readyz`; must be given when an
    ///     admin listener is not on a loopback address.
    ///   - allowedHosts: names that clients may use in Host, besides localhost and IP addresses.
    public static func start(
        listen: [AdminListener], backend: any AdminBackend, token: String? = nil, allowedHosts: [String] = [],
        limits: AdminLimits = AdminLimits()
    ) throws(AdminError) -> AdminServer {
        if token == nil, let open = listen.first(where: { $0.kind == .admin && !$0.address.isLoopback }) {
            throw .tokenRequired(open.address)
        }
        let service = AdminService(
            backend: backend, policy: AccessPolicy(allowedHosts: allowedHosts, token: token), counters: AdminCounters(),
            maximumStreams: limits.streams)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var bound: [ListeningSocket] = []
        do throws(AdminError) {
            for listener in listen { bound.append(try bind(listener, service, limits, on: group)) }
            measureRates(service, on: group.next())
            return AdminServer(bound: bound, group: group, counters: service.counters)
        } catch {
            for socket in bound { socket.close() }
            try? group.syncShutdownGracefully()
            throw error
        }
    }

    /// Waits until streams have come to their end by themselves, no longer than `limit`: whoever watches a drain is told
    /// how it ended.
    public func finishStreams(within limit: Delay) {
        var rest = limit.nanoseconds / 20_000_000
        while counters.streams > 0, rest > 0 {
            usleep(20_000)
            rest -= 1
        }
    }

    /// Closes all listeners and connections and ends the thread. Blocks until that is done; a second call does nothing.
    public func stop() {
        let open = sockets.withLock { sockets in
            defer { sockets = [] }
            return sockets
        }
        for socket in open { socket.close() }
        try? group.syncShutdownGracefully()
    }

    private static func bind(
        _ listener: AdminListener, _ service: AdminService, _ limits: AdminLimits, on group: MultiThreadedEventLoopGroup
    ) throws(AdminError) -> ListeningSocket {
        let gate = ConnectionGate(limit: limits.connections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: ListeningSocket.backlog)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A client that is gone without a word must not keep its place: 30 s for an acknowledgement (RFC 5482).
            .childChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)), value: 30_000)
            // A client may shut its direction and still wait for the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // One small read per turn: nobody's flood keeps the loop from the others.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = admit(listener.kind, gate, service, limits, channel)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
        do {
            let socket = try ListeningSocket(listener)
            do {
                _ = try bootstrap.withBoundSocket(try socket.duplicate()).wait()
            } catch {
                socket.close()
                throw error
            }
            return socket
        } catch {
            throw .cannotListen(listener.address, reason: "\(error)")
        }
    }

    private static func admit(
        _ kind: AdminListener.Kind, _ gate: ConnectionGate, _ service: AdminService, _ limits: AdminLimits,
        _ channel: any Channel
    ) -> Connection {
        let counters = service.counters
        let admission = gate.enter()
        counters.opened()
        channel.closeFuture.whenComplete { _ in
            gate.leave(admission)
            counters.closed()
        }
        return Connection(
            role(kind, admission, service), limits: limits, counters: counters, unixSeconds: { Int64(time(nil)) })
    }

    private static func role(
        _ kind: AdminListener.Kind, _ admission: ConnectionGate.Admission, _ service: AdminService
    ) -> Connection.Role {
        if admission == .serve {
            AdminCounters.add(service.counters.accepted)
        } else {
            AdminCounters.add(service.counters.refused)
        }
        switch (admission, kind) {
        case (.serve, .admin): return .serve(service.respond)
        case (.serve, .health): return .serve { Reply(HealthService.respond(to: $0)) }
        case (.refuse, _):
            let refusal = Refusal(.serviceUnavailable, "too many connections")
            return .refuse(AdminService.response(to: refusal, format: .json))
        case (.drop, _): return .drop
        }
    }

    private static func measureRates(_ service: AdminService, on loop: any EventLoop) {
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: .seconds(Int64(RateMeter.intervalSeconds))) { _ in
            service.rates.record(RateMeter.Reading(service.backend.status()))
        }
    }
}
