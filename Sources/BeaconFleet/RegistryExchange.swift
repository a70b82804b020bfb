import BeaconBasics
import NIOCore

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

/// Drives one round over a connection that has just been made, then closes it. The registry has `limit` for all of it.
final class RegistryExchange: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    static let limit = TimeAmount.seconds(10)

    private let identity: RegistryIdentity
    private let announcement: RegistryAnnouncement
    private let promise: EventLoopPromise<RegistryReport>
    private var round: RegistryRound?
    private var deadline: Scheduled<Void>?

    /// - Parameter promise: gets the report; never fails.
    init(
        _ identity: RegistryIdentity, _ announcement: RegistryAnnouncement, promise: EventLoopPromise<RegistryReport>
    ) {
        self.identity = identity
        self.announcement = announcement
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        guard channel.isActive, let address = announcement.text(on: channel.localAddress) else {
            return finish(RegistryReport(result: .unreachable("the connection ended at once")), context)
        }
        let round = RegistryRound(identity, announcing: address)
        self.round = round
        send(round.start(), context)
        deadline = channel.eventLoop.assumeIsolated().scheduleTask(in: Self.limit) {
            self.fail("no answer within \(Self.limit.nanoseconds / 1_000_000_000) s", context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for step in round?.receive(unwrapInboundIn(data).readableBytesView) ?? [] {
            switch step {
            case .send(let bytes): send(bytes, context)
            case .finish(let report): finish(report, context)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the registry closed the connection", context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(ConnectError.reason(error), context) }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    private func fail(_ reason: String, _ context: ChannelHandlerContext) {
        if let report = round?.fail(reason) { finish(report, context) }
    }

    private func finish(_ report: RegistryReport, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.succeed(report)
        context.close(promise: nil)
    }
}
