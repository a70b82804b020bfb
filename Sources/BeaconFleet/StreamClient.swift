import BeaconBasics
import BeaconCluster
import NIOCore
import NIOPosix

/// Asks other beacons over streams: connects, sends one record, reads one. Lives on the fleet's loop.
final class StreamClient {
    static let connectLimit = TimeAmount.seconds(5)
    /// Whatever the cluster's own patience.
    static let limit = TimeAmount.seconds(31)
    static let maximumStreams = 256

    private var open: [StreamID: StreamExchange] = [:]
    private(set) var refused: UInt64 = 0
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    /// - Parameter done: called once, later: the reply, or nil if there was none in time.
    func ask(_ stream: StreamID, _ address: Address, _ request: [UInt8], done: @escaping ([UInt8]?) -> Void) {
        let isolated = loop.assumeIsolated()
        guard open.count < Self.maximumStreams, let target = SocketAddress(address, dualStack: false) else {
            refused += 1
            isolated.execute { done(nil) }
            return
        }
        let exchange = StreamExchange(request) { reply in
            self.open[stream] = nil
            done(reply)
        }
        open[stream] = exchange
        let deadline = isolated.scheduleTask(in: Self.limit) { exchange.finish(nil) }
        exchange.onEnd = { deadline.cancel() }
        ClientBootstrap(group: loop)
            .connectTimeout(Self.connectLimit)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(to: target)
            .assumeIsolated()
            .whenComplete { result in
                guard let channel = try? result.get() else { return exchange.finish(nil) }
                guard exchange.isWaiting else { return channel.close(promise: nil) }
                do {
                    try channel.pipeline.syncOperations.addHandler(exchange)
                } catch {
                    exchange.finish(nil)
                    channel.close(promise: nil)
                }
            }
    }

    /// Nobody waits for it any more.
    func cancel(_ stream: StreamID) { open[stream]?.finish(nil) }
}

/// One question over a connection that has just been made.
private final class StreamExchange: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let request: [UInt8]
    private var done: (([UInt8]?) -> Void)?
    private var record = StreamRecord()
    private var context: ChannelHandlerContext?
    var onEnd: () -> Void = {}

    init(_ request: [UInt8], done: @escaping ([UInt8]?) -> Void) {
        self.request = request
        self.done = done
    }

    var isWaiting: Bool { done != nil }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        context.writeAndFlush(NIOAny(StreamRecord.framed(request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard isWaiting else { return }
        record.append(&bytes)
        switch record.state {
        case .incomplete: break
        case .bad: finish(nil)
        case .complete: finish(Array(record.take().readableBytesView))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(nil)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { finish(nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(nil) }

    func finish(_ reply: [UInt8]?) {
        let (done, context) = (done, context)
        self.done = nil
        self.context = nil
        onEnd()
        onEnd = {}
        context?.close(promise: nil)
        done?(reply)
    }
}
