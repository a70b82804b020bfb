public import BeaconBasics
public import BeaconHTTP

/// What one client, and all of them together, may take.
public struct AdminLimits: Sendable {
    /// Connections per listener. As many again are answered 503 and closed, more are closed unheard.
    public var connections = 64
    public var request = RequestLimits()
    /// From the first byte of a request (or from the connection's start) to the end of its head: 408 beyond.
    public var headTime = Delay.seconds(5)
    /// From the end of the head to the end of the body: 408 beyond.
    public var bodyTime = Delay.seconds(10)
    /// Between requests: closed in silence beyond.
    public var idleTime = Delay.seconds(60)
    /// Without the client taking any part of its answer: cut off beyond.
    public var stallTime = Delay.seconds(10)
    /// How long bytes are still read, and thrown away, behind the last answer: a close with bytes unread would reset the
    /// connection and could destroy the answer on its way (RFC 9112 §9.6).
    public var lingerTime = Delay.seconds(1)
    /// How many bytes are thrown away so.
    public var lingerBytes = 1 << 20
    /// While more than this waits to be sent, nothing more is read from the client.
    public var unsentBytes = 256 * 1024

    /// Streams at a time, of events and of drains; each is a connection, too. 503 beyond.
    public var streams = 16
    /// How often a stream looks for something new.
    public var streamPoll = Delay.milliseconds(100)
    /// A line that says nothing, so that a proxy keeps the connection and a dead client is noticed.
    public var streamHeartbeat = Delay.seconds(15)
    /// A client that does not take what it was sent is cut off when so many more events wait for it. It can come back
    /// with Last-Event-ID and has lost nothing that is kept.
    public var streamBacklog: UInt64 = 256
    /// While more than this waits to be sent on a stream, nothing is added.
    public var streamUnsentBytes = 32 * 1024
    /// SO_SNDBUF of a stream: more would only hide a slow client.
    public var streamBufferBytes = 64 * 1024

    public init() {}
}
