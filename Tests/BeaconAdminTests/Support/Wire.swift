import BeaconBasics
import BeaconHTTP
import NIOCore
import NIOEmbedded

@testable import BeaconAdmin

/// A connection with a clock that the test moves and a client that the test plays.
final class Wire {
    /// Stands where the socket would: keeps what is written, and can be told to take nothing.
    final class Socket: ChannelDuplexHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundIn = ByteBuffer

        var received = ""

        /// What has come since this was last asked.
        func take() -> String {
            defer { received = "" }
            return received
        }

        var takes = true
        var outputIsShut = false
        var reads = 0
        private var waiting: [(ByteBuffer, EventLoopPromise<Void>?)] = []

        var waitingBytes: Int { waiting.reduce(0) { $0 + $1.0.readableBytes } }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            waiting.append((unwrapOutboundIn(data), promise))
        }

        func flush(context: ChannelHandlerContext) {
            if takes { take(.max) }
        }

        /// Takes at most so many of the waiting chunks.
        func take(_ count: Int) {
            for (bytes, promise) in waiting.prefix(count) {
                received += String(buffer: bytes)
                promise?.succeed()
            }
            waiting.removeFirst(min(count, waiting.count))
        }

        func read(context: ChannelHandlerContext) { reads += 1 }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            guard mode == .output else { return context.close(mode: mode, promise: promise) }
            outputIsShut = true
            promise?.succeed()
        }
    }

    let socket = Socket()
    let counters: AdminCounters
    private let channel = EmbeddedChannel()
    private let log = Log()
    private let connection: Connection

    private final class Log {
        var asked: [String] = []
    }

    /// The requests that were answered.
    var asked: [String] { log.asked }

    init(
        _ role: Connection.Role? = nil, limits: AdminLimits = AdminLimits(), counters: AdminCounters = AdminCounters(),
        answer: String = "hello"
    ) throws {
        self.counters = counters
        let log = log
        let serve = Connection.Role.serve { request in
            log.asked.append("\(request.method.name) /\(request.target.segments.joined(separator: "/"))")
            return Reply(Response(.ok, contentType: "text/plain", body: Array(answer.utf8)))
        }
        connection = Connection(
            role ?? serve, limits: limits, counters: counters, unixSeconds: { 784_111_777 })
        try channel.pipeline.syncOperations.addHandlers([socket, connection])
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    /// A connection to the whole service.
    convenience init(_ backend: FakeBackend, limits: AdminLimits = AdminLimits(), counters: AdminCounters) throws {
        let policy = AccessPolicy(allowedHosts: [], token: nil)
        let service = AdminService(
            backend: backend, policy: policy, counters: counters, maximumStreams: limits.streams)
        try self.init(.serve(service.respond), limits: limits, counters: counters)
    }

    deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

    var isOpen: Bool { channel.isActive }

    /// Bytes of memory that the connection holds for its input.
    var inputCapacity: Int { connection.input.capacity }

    /// The bytes arrive; the loop then runs until nothing is left to do now.
    func send(_ text: String) throws {
        try deliver(text)
        run()
    }

    /// The bytes arrive; what the connection has put off to a later turn stays undone.
    func deliver(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
        channel.pipeline.read()
    }

    func run() { channel.embeddedEventLoop.run() }

    func advance(_ delay: Delay) {
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(Int64(delay.nanoseconds)))
    }

    /// The client shuts its direction.
    func endInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        run()
    }

    /// Status codes of all responses so far, interim ones included.
    var statuses: [Int] {
        socket.received.split(separator: "HTTP/1.1 ").map { Int($0.prefix(3))! }
    }
}

func get(_ path: String, _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n" }
