import BeaconHTTP
import NIOCore

/// One client: bytes in, requests answered in order, bytes out, with a limit on everything the client controls.
///
/// At most one request is answered per turn of the event loop, so that a client that sends a thousand at once delays the
/// others by one answer. Everything here happens on the event loop.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Role {
        case serve((Request) -> Reply)
        /// Over the number of connections: say so and close.
        case refuse(Response)
        /// Far over it: close.
        case drop
    }

    enum Phase {
        /// Kept open, nothing of a next request has come. → head, closing
        case idle
        /// → body, idle, closing
        case head
        /// → idle, closing
        case body
        /// The answer goes on and on; what comes in is thrown away. → closing, closed
        case streaming
        /// The last answer is on its way; what comes in is thrown away. → lingering
        case closing
        /// Our direction is shut; what comes in is thrown away. → closed
        case lingering
        case closed

        var isReceiving: Bool {
            switch self {
            case .idle, .head, .body: true
            case .streaming, .closing, .lingering, .closed: false
            }
        }
    }

    let limits: AdminLimits
    let counters: AdminCounters
    private let role: Role
    /// Unix seconds, for Date.
    private let unixSeconds: () -> Int64

    var context: ChannelHandlerContext?
    var phase = Phase.head
    /// Ends the present phase.
    var deadline: Scheduled<Void>?
    /// Ends the connection unless some of `unsent` goes out.
    var stall: Scheduled<Void>?
    /// While `streaming`: what comes next, and the clocks of looking for it and of saying that nothing does.
    var stream: (any ResponseStream)?
    var poll: Scheduled<Void>?
    var heartbeat: Scheduled<Void>?
    /// Bytes handed to the channel that it has not sent.
    var unsent = 0
    private var parser: RequestParser
    /// What has come and is not parsed yet; little more than one read.
    var input = ByteBuffer()
    private var discarded = 0
    private var hasServed = false
    private var inputEnded = false
    private var turnIsScheduled = false
    private var readIsHeld = false

    init(_ role: Role, limits: AdminLimits, counters: AdminCounters, unixSeconds: @escaping () -> Int64) {
        self.role = role
        self.limits = limits
        self.counters = counters
        self.unixSeconds = unixSeconds
        parser = RequestParser(limits: limits.request)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    /// A channel that ends before it was active is never told that it is inactive; the context and this handler would
    /// keep each other for ever.
    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelActive(context: ChannelHandlerContext) {
        switch role {
        case .serve: awaitMore()
        case .refuse(let response):
            send(response, .close)
            finish()
        case .drop: close()
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        phase = .closed
        cancelTimers()
        stream = nil
        context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard phase.isReceiving else { return discard(bytes.readableBytes) }
        // A buffer that is only appended to would keep everything that was ever read.
        input.discardReadBytes()
        input.writeBuffer(&bytes)
        proceed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
        inputEnded = true
        switch phase {
        // A stream has no last answer that the client could still wait for.
        case .streaming: finish()
        case .lingering: close()
        default: proceed()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    /// Asked for by the channel after every read. Not granted while the client must wait: what it sends then stays with
    /// the kernel, and in the end with the client.
    func read(context: ChannelHandlerContext) {
        if mustWait { readIsHeld = true } else { context.read() }
    }

    /// Requests stand in `input`, or the client has not taken its answers.
    private var mustWait: Bool { phase.isReceiving && (turnIsScheduled || unsent > limits.unsentBytes) }

    /// Answers what has come, as far as it may be answered now.
    private func proceed() {
        while phase.isReceiving, !mustWait, let event = nextEvent() { handle(event) }
        guard phase.isReceiving, !mustWait else { return }
        if inputEnded { finish() } else { awaitMore() }
    }

    private func nextEvent() -> RequestParser.Event? {
        guard input.readableBytes > 0 else { return nil }
        let (event, consumed) = input.withUnsafeReadableBytes { parser.feed($0.bindMemory(to: UInt8.self).span) }
        input.moveReaderIndex(forwardBy: consumed)
        return event == .needMore ? nil : event
    }

    private func handle(_ event: RequestParser.Event) {
        switch event {
        case .needMore: break
        case .continueWanted:
            if input.readableBytes == 0 { send(ResponseWriter.continueBytes) }
        case .request(let request): answer(request)
        case .failed(let error):
            AdminCounters.add(counters.unreadable)
            send(AdminService.response(to: error), .close, isHead: error.isHead)
            finish()
        }
    }

    private func answer(_ request: Request) {
        guard case .serve(let respond) = role else { return }
        AdminCounters.add(counters.requests)
        hasServed = true
        cancelDeadline()
        let persistence = request.keepAlive ? (request.version == .http10 ? Persistence.keepHTTP10 : .keep) : .close
        let reply = respond(request)
        if let stream = reply.stream { return begin(stream, reply.response) }
        send(reply.response, persistence, isHead: request.method == .head)
        guard request.keepAlive else { return finish() }
        if input.readableBytes > 0 { scheduleTurn() }
    }

    /// Goes on in the loop's next turn, after the other connections had theirs.
    private func scheduleTurn() {
        guard !turnIsScheduled, let context else { return }
        turnIsScheduled = true
        context.eventLoop.assumeIsolated().execute { [self] in
            turnIsScheduled = false
            proceed()
            guard readIsHeld, !mustWait else { return }
            readIsHeld = false
            self.context?.read()
        }
    }

    private func awaitMore() {
        if parser.isInBody { return enter(.body) }
        enter(parser.isBetweenRequests && hasServed ? .idle : .head)
    }

    /// Some of what was sent has left.
    func madeRoom() {
        if unsent == 0, phase == .closing { return shutOutput() }
        // Either requests wait for the room, or the clock of an idle connection starts only now.
        if phase.isReceiving, unsent <= limits.unsentBytes { scheduleTurn() }
    }

    func send(_ response: Response, _ persistence: Persistence, isHead: Bool = false) {
        send(ResponseWriter.bytes(response, persistence: persistence, isHead: isHead, date: unixSeconds()))
    }

    /// No more requests; closes when all answers are out.
    func finish() {
        phase = .closing
        cancelDeadline()
        endStream()
        input.clear()
        if unsent == 0 { shutOutput() }
    }

    private func shutOutput() {
        if inputEnded { return close() }
        enter(.lingering)
        context?.close(mode: .output, promise: nil)
    }

    private func discard(_ count: Int) {
        discarded += count
        if discarded > limits.lingerBytes { close() }
    }

    func close() { context?.close(promise: nil) }
}
