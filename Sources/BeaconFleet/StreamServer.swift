import BeaconBasics
import BeaconCluster
import NIOCore
import NIOPosix

/// Serves control streams: one record in, one record out, closed. Lives on the fleet's loop.
final class StreamServer {
    /// For the whole request, of whoever it is; and for a peer to take the reply.
    static let requestLimit = TimeAmount.seconds(5)
    static let replyLimit = TimeAmount.seconds(30)
    /// Tells our ids from those of streams that the cluster opens.
    private static let mark: UInt64 = 1 << 63

    var gate = StreamGate()
    private(set) var lateOrBad: UInt64 = 0
    private var open: [StreamID: StreamConnection] = [:]
    private var lastID: UInt64 = 0
    /// A whole request has come; ends in `reply` or `close`.
    private let onRequest: (StreamID, ByteBuffer, Address) -> Void

    init(_ onRequest: @escaping (StreamID, ByteBuffer, Address) -> Void) { self.onRequest = onRequest }

    func isOwn(_ stream: StreamID) -> Bool { stream.rawValue & Self.mark != 0 }

    func reply(_ stream: StreamID, _ record: [UInt8]) { open.removeValue(forKey: stream)?.reply(record) }

    func close(_ stream: StreamID) {
        guard let connection = open.removeValue(forKey: stream) else { return }
        lateOrBad += 1
        connection.close()
    }

    func request(_ record: ByteBuffer, _ connection: StreamConnection) {
        lastID += 1
        let id = StreamID(lastID | Self.mark)
        connection.id = id
        open[id] = connection
        onRequest(id, record, connection.source)
    }

    func ended(_ connection: StreamConnection) {
        gate.leave(connection.source.host)
        if let id = connection.id { open[id] = nil }
    }

    func countBad() { lateOrBad += 1 }
}

/// A stranger until its record opens: it gets a bounded time and a bounded share of memory.
final class StreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let source: Address
    var id: StreamID?
    private let server: StreamServer
    private var record = StreamRecord()
    private var held = 0
    private var isReading = true
    private var context: ChannelHandlerContext?
    private var deadline: Scheduled<Void>?

    /// The server's gate has let it in.
    init(_ server: StreamServer, from source: Address) {
        self.server = server
        self.source = source
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        restartClock(StreamServer.requestLimit)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.context != nil else { return }
        var bytes = unwrapInboundIn(data)
        let count = bytes.readableBytes
        guard isReading, server.gate.hold(count, source.host) else { return refuse() }
        held += count
        record.append(&bytes)
        switch record.state {
        case .incomplete: break
        case .bad: refuse()
        case .complete:
            isReading = false
            let request = record.take()
            release()
            restartClock(StreamServer.replyLimit)
            server.request(request, self)
        }
    }

    func reply(_ record: [UInt8]) {
        guard let context else { return }
        context.writeAndFlush(NIOAny(StreamRecord.framed(record))).assumeIsolated().whenComplete { _ in self.close() }
    }

    func close() { context?.close(promise: nil) }

    private func refuse() {
        server.countBad()
        close()
    }

    private func restartClock(_ limit: TimeAmount) {
        deadline?.cancel()
        deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: limit) { self.refuse() }
    }

    private func release() {
        server.gate.release(held, source.host)
        held = 0
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        deadline?.cancel()
        release()
        server.ended(self)
    }
}
