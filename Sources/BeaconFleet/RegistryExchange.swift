import BeaconBasics
import NIOCore
import NIOTLS

/// What a beacon is announced as.
public enum RegistryAnnouncement: Equatable, Sendable {
    /// This, whatever way the registry is reached.
    case fixed(String)
    /// The local IP of the connection to the registry, and this UDP port.
    case connection(port: UInt16)

    func text(on local: SocketAddress?) -> String? {
        switch self {
        case .fixed(let text): text
        case .connection(let port):
            local?.ipAddress.flatMap { Address(host: $0, port: port) }?.description
        }
    }
}

/// Drives one round over a connection that has just been made, then closes it. The registry has `limit` for all of it,
/// the handshake of TLS too.
final class RegistryExchange: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    static let limit = TimeAmount.seconds(10)

    private let identity: RegistryIdentity
    private let announcement: RegistryAnnouncement
    private let tls: RegistryTLS?
    private let promise: EventLoopPromise<RegistryReport>
    private var round: RegistryRound?
    private var progress: Progress
    private var deadline: Scheduled<Void>?

    private enum Progress { case shakingHands, waiting, answered }

    /// - Parameters:
    ///   - tls: its handler stands before this one.
    ///   - promise: gets the report; never fails.
    init(
        _ identity: RegistryIdentity, _ announcement: RegistryAnnouncement, tls: RegistryTLS? = nil,
        promise: EventLoopPromise<RegistryReport>
    ) {
        self.identity = identity
        self.announcement = announcement
        self.tls = tls
        self.promise = promise
        progress = tls == nil ? .waiting : .shakingHands
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        guard channel.isActive, let address = announcement.text(on: channel.localAddress) else {
            return finish(RegistryReport(result: .unreachable("the connection ended at once")), context)
        }
        let round = RegistryRound(identity, announcing: address)
        self.round = round
        deadline = channel.eventLoop.assumeIsolated().scheduleTask(in: Self.limit) { self.isLate(context) }
        if tls == nil { send(round.start(), context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event, let round, progress == .shakingHands {
            progress = .waiting
            send(round.start(), context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress = .answered
        for step in round?.receive(unwrapInboundIn(data).readableBytesView) ?? [] {
            switch step {
            case .send(let bytes): send(bytes, context)
            case .finish(let report): finish(report, context)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hungUp("the registry closed the connection", context)
        context.fireChannelInactive()
    }

    /// That the other side did not say goodbye in TLS is no error: each reply says how long it is.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let result = tls?.result(error) { return fail(result, context) }
        if tls?.isEnd(error) != true { hungUp(ConnectError.reason(error), context) }
    }

    /// A registry that speaks TLS leaves who does not; so may any other, for its own reasons.
    private func hungUp(_ reason: String, _ context: ChannelHandlerContext) {
        let hint = progress == .waiting && tls == nil ? ", before any answer: does it want --registry-tls?" : ""
        fail(.unreachable(reason + hint), context)
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    private func isLate(_ context: ChannelHandlerContext) {
        let seconds = Self.limit.nanoseconds / 1_000_000_000
        let reason =
            progress == .shakingHands
            ? "no TLS handshake within \(seconds) s: does it speak plain TCP?" : "no answer within \(seconds) s"
        fail(.unreachable(reason), context)
    }

    private func fail(_ result: RegistryResult, _ context: ChannelHandlerContext) {
        if let report = round?.fail(result) { finish(report, context) }
    }

    private func finish(_ report: RegistryReport, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        var report = report
        report.certificate = tls?.shown
        promise.succeed(report)
        context.close(promise: nil)
    }
}
