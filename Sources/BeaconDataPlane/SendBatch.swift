import BeaconBasics
import BeaconRelay
import CLinux
import Glibc

/// What one receive batch sends: frames, gathered into messages.
///
/// Frames to one destination of one size leave as one UDP_SEGMENT message whose pieces point into the receive buffers:
/// the kernel walks its stack once for all of them, and no payload is copied. The last piece may be shorter. Frames to
/// one destination keep their order, because a message that can take no more is followed by a later one; frames to
/// different destinations may change places.
struct SendBatch: ~Copyable {
    /// Frames held at a time; `isFull` asks for a flush.
    static let capacity = 1_024
    /// What the kernel takes in one message (UDP_MAX_SEGMENTS before Linux 6.9), and the largest UDP payload.
    static let maximumSegments = 64
    static let maximumBytes = 65_000
    private static let bucketCount = 256

    /// One frame: where it is, and the next of its message. Its header, if it has one apart, is in its reply buffer.
    private struct Frame: BitwiseCopyable {
        var start: UnsafeRawPointer
        var length: UInt16
        var header: UInt16
        var next: Int32

        /// Bytes in all.
        @inline(__always) var total: Int32 { Int32(length) + Int32(header) }
    }

    /// One message to be.
    private struct Message: BitwiseCopyable {
        var to: Endpoint
        var kind: SentKind
        /// nil: the datagram that caused it has been counted already.
        var outcome: Outcome?
        var segment: Int32
        var count: Int32
        var bytes: Int32
        var first: Int32
        var last: Int32
        /// Every frame in it has a header apart, of this length: 0 = none has.
        var header: UInt16
        /// Takes no further piece: it is full, or its last one was short.
        var isClosed: Bool
    }

    private let frameMemory = ZeroedMemory(byteCount: capacity * MemoryLayout<Frame>.stride)
    private let messageMemory = ZeroedMemory(byteCount: capacity * MemoryLayout<Message>.stride)
    private let bucketMemory = ZeroedMemory(byteCount: bucketCount * 8)
    private let replyMemory = ZeroedMemory(byteCount: capacity * replyStride)
    private var frameCount = 0
    private var messageCount = 0
    /// Tells this batch's buckets from the last one's.
    private var epoch: UInt32 = 1
    var transmitter: Transmitter

    static let replyStride = 64

    init(locals: LocalAddresses) { transmitter = Transmitter(locals: locals) }

    private var frames: UnsafeMutablePointer<Frame> { frameMemory.base.assumingMemoryBound(to: Frame.self) }
    private var messages: UnsafeMutablePointer<Message> { messageMemory.base.assumingMemoryBound(to: Message.self) }
    /// epoch(32) | message(32), by destination.
    private var buckets: UnsafeMutablePointer<UInt64> { bucketMemory.base.assumingMemoryBound(to: UInt64.self) }

    /// Room for the two commands of a punch must always be left.
    @inline(__always)
    var isFull: Bool { frameCount > Self.capacity - 2 }

    /// A buffer for a message or header that the beacon writes itself, good until the next flush.
    @inline(__always)
    func replyBuffer() -> UnsafeMutableRawPointer { replyBuffer(frameCount) }

    @inline(__always)
    private func replyBuffer(_ frame: Int) -> UnsafeMutableRawPointer { replyMemory.base + frame * Self.replyStride }

    /// Adds a frame: with a `header`, that many bytes of `replyBuffer` go in front of it. `gather` says how hard to look
    /// for company: see `Gathering`.
    @inline(__always)
    mutating func append(
        _ start: UnsafeRawPointer, length: Int, header: Int = 0, to: Endpoint, kind: SentKind, outcome: Outcome?,
        gather: Gathering
    ) {
        let frame = frameCount
        frameCount += 1
        frames[frame] = Frame(
            start: start, length: UInt16(truncatingIfNeeded: length), header: UInt16(truncatingIfNeeded: header),
            next: -1)
        guard gather != .none else { return open(frame, to, kind, outcome) }
        let bucket = buckets + Int(truncatingIfNeeded: Self.hash(to.address)) & (Self.bucketCount - 1)
        let candidate = gather == .apart ? -1 : candidateMessage(bucket, gather)
        if candidate >= 0, join(frame, candidate, to, kind, outcome) { return }
        bucket.pointee = UInt64(epoch) << 32 | UInt64(messageCount)
        open(frame, to, kind, outcome, isClosed: gather == .apart)
    }

    /// Where frames of one destination may meet.
    enum Gathering {
        /// One message a frame.
        case none
        /// Only right behind each other.
        case adjacent
        /// Anywhere in the batch.
        case batch
        /// This frame in a message of its own, and none behind it in one before it: its destination's order is kept.
        case apart
    }

    @inline(__always)
    private func candidateMessage(_ bucket: UnsafeMutablePointer<UInt64>, _ gather: Gathering) -> Int {
        if gather == .adjacent { return messageCount - 1 }
        let word = bucket.pointee
        return UInt32(truncatingIfNeeded: word >> 32) == epoch ? Int(word & 0xFFFF_FFFF) : -1
    }

    /// Appends the frame to a message if it is of the same kind, destination and size, and not full.
    @inline(__always)
    private func join(_ frame: Int, _ position: Int, _ to: Endpoint, _ kind: SentKind, _ outcome: Outcome?) -> Bool {
        let message = messages + position
        let length = frames[frame].total
        guard !message.pointee.isClosed, message.pointee.header == frames[frame].header,
            length <= message.pointee.segment, length > 0, message.pointee.to == to,
            message.pointee.kind == kind, message.pointee.outcome == outcome,
            Int(message.pointee.bytes + length) <= Self.maximumBytes
        else { return false }
        frames[Int(message.pointee.last)].next = Int32(truncatingIfNeeded: frame)
        message.pointee.last = Int32(truncatingIfNeeded: frame)
        message.pointee.count += 1
        message.pointee.bytes += length
        message.pointee.isClosed = length < message.pointee.segment || message.pointee.count == Self.maximumSegments
        return true
    }

    @inline(__always)
    private mutating func open(
        _ frame: Int, _ to: Endpoint, _ kind: SentKind, _ outcome: Outcome?, isClosed: Bool = false
    ) {
        let length = frames[frame].total
        let index = Int32(truncatingIfNeeded: frame)
        messages[messageCount] = Message(
            to: to, kind: kind, outcome: outcome, segment: length, count: 1, bytes: length, first: index, last: index,
            header: frames[frame].header, isClosed: isClosed || length == 0)
        messageCount += 1
    }

    /// Sends everything and starts anew.
    mutating func flush(to socket: SocketHandle, counters: borrowing ShardCounters) {
        guard messageCount > 0 else { return }
        transmitter.begin(ipv6: socket.isIPv6)
        for position in 0..<messageCount {
            let message = messages[position]
            transmitter.add(
                to: message.to, kind: message.kind, outcome: message.outcome, segment: Int(message.segment),
                count: Int(message.count), bytes: Int(message.bytes))
            var frame = message.first
            while frame >= 0 {
                let next = frames[Int(frame)]
                if next.header > 0 { transmitter.addPiece(replyBuffer(Int(frame)), length: Int(next.header)) }
                transmitter.addPiece(next.start, length: Int(next.length))
                frame = next.next
            }
        }
        transmitter.send(to: socket, counters: counters)
        frameCount = 0
        messageCount = 0
        epoch = epoch == .max ? 1 : epoch + 1
    }

    /// Good enough to spread a batch over the buckets; a collision only costs a gathering.
    @inline(__always)
    private static func hash(_ address: Address) -> UInt64 {
        ((address.low ^ address.high) &+ UInt64(address.port)) &* 0x9E37_79B9_7F4A_7C15 >> 40
    }
}
