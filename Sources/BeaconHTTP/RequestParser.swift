/// HTTP/1.1 requests out of a byte stream (RFC 9112), without any I/O.
///
/// Feed it what has arrived: it takes bytes up to the end of one request and says what came of them. The bytes behind
/// that belong to the next request (pipelining) and are fed again. What comes out does not depend on how the stream
/// was cut into pieces. Memory is bounded by `RequestLimits`; the head is never kept twice.
///
/// Strict where leniency has been a way to smuggle requests past a proxy: lines end in CRLF alone (RFC 9112 §2.2 lets a
/// recipient refuse a bare LF), one space between the parts of the request line, no folding, one Content-Length.
public struct RequestParser: Sendable {
    public enum Event: Equatable, Sendable {
        /// All bytes are taken and the request is not complete.
        case needMore
        /// The head is complete and the client waits for 100 (Continue) before it sends the body. Answering is optional
        /// when body bytes are here already.
        case continueWanted
        case request(Request)
        /// Nothing more can be read from this stream: answer and close. Every later call says the same.
        case failed(RequestError)
    }

    private enum State: Sendable {
        /// In a line of the head. → body, failed, or line of the next request
        case line
        /// `missing` > 0 bytes of the body have not come. → line
        case body(missing: Int)
        case failed(RequestError)
    }

    public let limits: RequestLimits
    private var state = State.line
    /// The line so far, its CR included.
    private var line: [UInt8] = []
    /// Bytes of the head so far.
    private var headBytes = 0
    /// What the complete lines said; nil until the request line is complete.
    private var draft: Request?

    public init(limits: RequestLimits = RequestLimits()) { self.limits = limits }

    /// No request has begun: the stream may end here.
    public var isBetweenRequests: Bool { draft == nil && line.isEmpty }

    /// The head of the current request is complete, its body is not.
    public var isInBody: Bool { if case .body = state { true } else { false } }

    /// Takes bytes from the front of `bytes`, at most to the end of one request; `consumed` says how many.
    public mutating func feed(_ bytes: Span<UInt8>) -> (event: Event, consumed: Int) {
        var position = 0
        while true {
            switch state {
            case .failed(let error): return (.failed(error), position)
            case .body(let missing): return takeBody(bytes.extracting(droppingFirst: position), missing, from: position)
            case .line:
                guard position < bytes.count else { return (.needMore, position) }
                position += 1
                if let event = takeHead(bytes[position - 1]) { return (event, position) }
            }
        }
    }

    private mutating func takeBody(_ bytes: Span<UInt8>, _ missing: Int, from start: Int) -> (Event, Int) {
        let taken = min(missing, bytes.count)
        bytes.extracting(first: taken).withUnsafeBufferPointer { draft?.body.append(contentsOf: $0) }
        guard taken == missing else {
            state = .body(missing: missing - taken)
            return (.needMore, start + taken)
        }
        return (finish(), start + taken)
    }

    private mutating func takeHead(_ byte: UInt8) -> Event? {
        do throws(RequestError) {
            return try takeLine(byte)
        } catch {
            var error = error
            error.isHead = draft.map { $0.method == .head } ?? line.starts(with: "HEAD ".utf8)
            line = []
            state = .failed(error)
            return .failed(error)
        }
    }

    private mutating func takeLine(_ byte: UInt8) throws(RequestError) -> Event? {
        headBytes += 1
        guard headBytes <= limits.headBytes else { throw RequestError(.fieldsTooLarge, "the head is too large") }
        if line.last == .carriageReturn {
            guard byte == .lineFeed else { throw .bad("a bare CR") }
            line.removeLast()
            let event = try endLine()
            line.removeAll(keepingCapacity: true)
            return event
        }
        guard byte != .lineFeed else { throw .bad("a bare LF: lines end in CRLF") }
        guard !byte.isControl || byte == .tab || byte == .carriageReturn else {
            throw .bad("a control byte in the head")
        }
        line.append(byte)
        if draft == nil, byte != .carriageReturn, line.count > limits.requestLineBytes { throw requestLineTooLong() }
        return nil
    }

    /// RFC 9112 §3: 501 for a method longer than any, 414 for a target longer than any.
    private func requestLineTooLong() -> RequestError {
        line.contains(.space)
            ? RequestError(.uriTooLong, "the request line is longer than \(limits.requestLineBytes) bytes")
            : RequestError(.notImplemented, "no method is that long")
    }

    private mutating func endLine() throws(RequestError) -> Event? {
        guard draft != nil else {
            // RFC 9112 §2.2: empty lines before a request are skipped; the limit of the head still counts them.
            if !line.isEmpty { draft = try Request(line: line[...]) }
            return nil
        }
        guard line.isEmpty else {
            guard draft!.fields.count < limits.fields else {
                throw RequestError(.fieldsTooLarge, "more than \(limits.fields) header fields")
            }
            try draft!.fields.add(line: line[...])
            return nil
        }
        return try endHead()
    }

    private mutating func endHead() throws(RequestError) -> Event? {
        let waits = try draft!.conclude(limits)
        guard let length = draft!.contentLength, length > 0 else { return finish() }
        state = .body(missing: length)
        return waits ? .continueWanted : nil
    }

    private mutating func finish() -> Event {
        defer {
            (draft, headBytes, state) = (nil, 0, .line)
        }
        return .request(draft!)
    }
}
