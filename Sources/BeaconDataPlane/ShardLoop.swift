import BeaconBasics
import BeaconClock
import BeaconRelay
import BeaconWire
import CLinux
import Glibc

/// One shard of the data plane at work: receive a batch, decide about each datagram, send what came of it. Everything
/// here is made on the shard's own thread and stays there; what others see goes through `ShardLink`.
struct ShardLoop: ~Copyable {
    private let socket: UDPSocket
    /// Where this shard's output leaves: the same, but for the extra ports of the legacy sync.
    private let output: SocketHandle
    private let link: ShardLink
    private var shard: RelayShard
    private var received = ReceiveBatch()
    private var sending: SendBatch
    private let counters = ShardCounters()
    private var coalescing: Coalescing
    private var moderation = Moderation()
    private var locals: LocalCache
    private var lastPublish = Moment(nanoseconds: 0)
    private var lastTalkers = Moment(nanoseconds: 0)
    private var nextRestore = Moment(nanoseconds: 0)
    private var batchesToSample = 0
    private static let batchesPerSample = 64
    private var gathering = SendBatch.Gathering.none
    private var keepsFrames = false

    /// How often counters are published under load, and how long a receive waits before it looks up.
    static let publishInterval = Delay.milliseconds(250)
    private static let idlePublishInterval = Delay.milliseconds(20)
    private static let restoreInterval = Delay.seconds(60)

    init(
        socket: consuming UDPSocket, output: SocketHandle?, shard: consuming RelayShard, link: ShardLink,
        locals: LocalAddresses
    ) {
        self.output = output ?? socket.handle
        sending = SendBatch(locals: locals)
        sending.transmitter.probe(self.output)
        coalescing = Coalescing(probing: socket)
        self.locals = LocalCache(locals)
        self.socket = socket
        self.shard = shard
        self.link = link
        link.setCapable(sending.transmitter.segmentation.isCapable ? .gso : [], coalescing.isCapable ? .gro : [])
        Moderation.makeSleepsExact()
        _ = linux_set_receive_timeout(self.socket.descriptor, Int64(Self.publishInterval.nanoseconds / 1_000))
    }

    /// Runs until the link says stop.
    mutating func run() {
        while !link.isStopped {
            if link.pause.isWanted {
                rest()
                // Whoever was stopped meanwhile has no more business with the socket: it is another process's.
                continue
            }
            let offloads = link.live.offloads
            let count = received.receive(from: socket, limit: offloads.contains(.batch) ? ReceiveBatch.capacity : 1)
            let now = SystemClock.now()
            if count > 0 {
                process(count, offloads, at: now)
            } else if count == -Int(EAGAIN) {
                idle(at: now)
            } else {
                // A persistent error must not spin the core; the socket stays, others may still send through it.
                link.countReceiveError(Int32(truncatingIfNeeded: -count))
                usleep(10_000)
            }
            // Under load a copy four times a second; with time to spare sooner, for whoever looks right after.
            let isBusy = count >= ReceiveBatch.capacity / 2
            if now.since(lastPublish) >= (isBusy ? Self.publishInterval : Self.idlePublishInterval) {
                publish(at: now, offloads)
            }
        }
        publish(at: SystemClock.now(), link.live.offloads)
    }

    /// Everything received has been answered or sent on; nothing more is received until the pause is over.
    @inline(never)
    private mutating func rest() {
        publish(at: SystemClock.now(), link.live.offloads)
        link.pause.rest(unless: { link.isStopped })
    }

    @inline(__always)
    private mutating func process(_ count: Int, _ offloads: Offloads, at now: Moment) {
        shard.beginBatch(unixSeconds: link.unixSeconds, at: now)
        chooseGathering(offloads)
        if shard.keepsFrames != keepsFrames { followMoves() }
        if keepsFrames { repeatFramesOfMoved(at: now) }
        var segments = 0
        for slot in 0..<count { segments += take(slot, at: now) }
        sending.flush(to: output, counters: counters)
        counters.add(ShardCounters.Slot.receiveCalls)
        batchesToSample -= 1
        if batchesToSample <= 0 { sampleResidence() }
        counters.observe(segments, in: ShardCounters.Slot.batchSizes)
        coalescing.adapt(buffers: count, datagrams: segments, socket, offloads, at: now)
        let pause = moderation.pause(
            after: segments, longest: offloads.contains(.batch) ? link.live.receivePause : 0, at: now)
        if pause > 0 {
            counters.add(ShardCounters.Slot.receivePauses)
            Moderation.sleep(microseconds: pause)
        }
    }

    /// Asks the kernel when it received the last datagram of this batch. One batch in 64: the question is a system call.
    private mutating func sampleResidence() {
        batchesToSample = Self.batchesPerSample
        let age = linux_last_receive_age(socket.descriptor)
        if age >= 0 { counters.observeResidence(UInt64(age)) }
    }

    private mutating func chooseGathering(_ offloads: Offloads) {
        let usable = offloads.contains(.gso) && sending.transmitter.segmentation.isUsable
        gathering = !usable ? .none : offloads.contains(.regroup) ? .batch : .adjacent
    }

    /// Handles one buffer: a datagram, or a run of them. Returns how many there were.
    @inline(__always)
    private mutating func take(_ slot: Int, at now: Moment) -> Int {
        let bytes = received.bytes(slot)
        var sender = Endpoint(address: received.source(slot))
        var segment = bytes.count
        if let ancillary = received.ancillary(slot) {
            sender.local = locals.number(of: ancillary)
            if ancillary.segment > 0 { segment = Int(ancillary.segment) }
        }
        coalescing.see(sender.address, length: bytes.count)
        if received.isTruncated(slot) {
            counters.received(.other, bytes: bytes.count)
            counters.count(.truncated)
            return 1
        }
        if bytes.count <= segment {
            handle(bytes.baseAddress!, bytes.count, from: sender, at: now)
            return 1
        }
        counters.add(ShardCounters.Slot.coalescedReceives)
        return split(bytes, segment, from: sender, at: now)
    }

    private mutating func split(
        _ bytes: UnsafeMutableRawBufferPointer, _ segment: Int, from sender: Endpoint, at now: Moment
    ) -> Int {
        var offset = 0
        var count = 0
        while offset < bytes.count {
            handle(bytes.baseAddress! + offset, min(segment, bytes.count - offset), from: sender, at: now)
            offset += segment
            count += 1
        }
        return count
    }

    @inline(__always)
    private mutating func handle(_ start: UnsafeMutableRawPointer, _ length: Int, from sender: Endpoint, at now: Moment)
    {
        counters.received(ReceivedKind(RawSpan(_unsafeStart: start, byteCount: length)), bytes: length)
        decide(start, length, from: sender, at: now)
    }

    @inline(__always)
    private mutating func decide(_ start: UnsafeMutableRawPointer, _ length: Int, from sender: Endpoint, at now: Moment)
    {
        var datagram = MutableRawSpan(_unsafeStart: start, byteCount: length)
        let replyStart = sending.replyBuffer()
        var reply = MutableRawSpan(_unsafeStart: replyStart, byteCount: SendBatch.replyStride)
        switch shard.handle(&datagram, from: sender, at: now, reply: &reply) {
        case .drop(let outcome), .accept(let outcome):
            counters.count(outcome)
        case .forward(let to, let skip, let kind, let outcome):
            append(start + skip, length - skip, to, kind, outcome)
        case .encapsulate(let to, let header, let skip, let kind, let outcome):
            append(start + skip, length - skip, to, kind, outcome, header: header)
        case .reply(let length, let kind, let outcome):
            append(replyStart, length, sender, kind, outcome)
        case .punch(let requester, let target):
            command(requester, naming: target.address)
            command(target, naming: requester.address)
            counters.count(.punch)
        case .repeatFirst(let node): catchUp(node, start, length, from: sender, at: now)
        case .sync:
            let bytes = UnsafeRawBufferPointer(start: start, count: length)
            counters.count(link.syncs.offer(bytes, from: sender.address, at: now))
        }
    }

    @inline(__always)
    private mutating func append(
        _ start: UnsafeRawPointer, _ length: Int, _ to: Endpoint, _ kind: SentKind, _ outcome: Outcome?,
        header: Int = 0
    ) {
        let isApart = gathering != .none && header + length > sending.transmitter.segmentation.ceiling
        sending.append(
            start, length: length, header: header, to: to, kind: kind, outcome: outcome,
            gather: isApart ? .apart : gathering)
        if sending.isFull { sending.flush(to: output, counters: counters) }
    }

    private mutating func command(_ to: Endpoint, naming address: Address) {
        let start = sending.replyBuffer()
        var message = MutableRawSpan(_unsafeStart: start, byteCount: SendBatch.replyStride)
        let length = ObservedAddress.write(MessageType.punchCommand, address, into: &message)
        append(start, length, to, .punchCommand, nil)
    }

    // MARK: Nodes that move

    /// How long a receive waits while nodes are expected to move: they may have missed frames, and nobody else may send any.
    /// Less than what a beacon's log waits before it tells of a new node: what is repeated must come first.
    private static let watchfulReceiveWait = Delay.milliseconds(2)

    /// Nothing came for a while.
    private mutating func idle(at now: Moment) {
        shard.beginBatch(unixSeconds: link.unixSeconds, at: now)
        if shard.keepsFrames != keepsFrames { followMoves() }
        if keepsFrames { repeatFramesOfMoved(at: now) }
    }

    @inline(never)
    private mutating func followMoves() {
        keepsFrames = shard.keepsFrames
        let wait = keepsFrames ? Self.watchfulReceiveWait : Self.publishInterval
        _ = linux_set_receive_timeout(socket.descriptor, Int64(wait.nanoseconds / 1_000))
    }

    /// What the node may have missed by moving goes first, then this frame.
    @inline(never)
    private mutating func catchUp(
        _ node: NodeID, _ start: UnsafeMutableRawPointer, _ length: Int, from sender: Endpoint, at now: Moment
    ) {
        shard.repeatFrames(for: node, at: now)
        sendRepeated()
        // Its frames are no longer kept: this ends.
        decideAgain(start, length, from: sender, at: now)
    }

    @inline(never)
    private mutating func decideAgain(
        _ start: UnsafeMutableRawPointer, _ length: Int, from sender: Endpoint, at now: Moment
    ) { decide(start, length, from: sender, at: now) }

    @inline(never)
    private mutating func repeatFramesOfMoved(at now: Moment) {
        if shard.repeatFramesOfMoved(at: now) { sendRepeated() }
    }

    /// They lie in memory that the next frame to keep may overwrite, so they leave at once.
    private mutating func sendRepeated() {
        while true {
            let replyStart = sending.replyBuffer()
            var reply = MutableRawSpan(_unsafeStart: replyStart, byteCount: SendBatch.replyStride)
            guard let frame = shard.nextRepeated(reply: &reply) else { break }
            guard let payload = frame.payload.baseAddress else { continue }
            append(payload, frame.payload.count, frame.to, .repeated, nil, header: frame.header)
        }
        sending.flush(to: output, counters: counters)
        counters.set(ShardCounters.Slot.framesDoubtful, shard.framesDoubtful)
        counters.set(ShardCounters.Slot.framesLost, shard.framesLost)
    }

    private mutating func publish(at now: Moment, _ offloads: Offloads) {
        var active: Offloads = offloads.intersection([.batch, .regroup])
        if coalescing.isOn { active.insert(.gro) }
        if offloads.contains(.gso), sending.transmitter.segmentation.isUsable { active.insert(.gso) }
        counters.publish(to: link.published, at: now, active: active)
        lastPublish = now
        if now.since(lastTalkers) >= Self.publishInterval {
            shard.publishTalkers(to: link.talkers)
            lastTalkers = now
        }
        if now >= nextRestore {
            sending.transmitter.restoreSegmentation()
            nextRestore = now + Self.restoreInterval
        }
    }
}

/// Local address → its number, with the last answer kept: nearly every datagram comes to the same one.
struct LocalCache {
    private let locals: LocalAddresses
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private var scope: UInt32 = 0
    private var last: UInt16 = 0

    init(_ locals: LocalAddresses) { self.locals = locals }

    @inline(__always)
    mutating func number(of ancillary: linux_ancillary) -> UInt16 {
        let (high, low) = withUnsafeBytes(of: ancillary.local) {
            (
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        if high == self.high, low == self.low, scope == ancillary.interface { return last }
        self.high = high
        self.low = low
        scope = ancillary.interface
        var address = Address(high: high, low: low, port: 0)
        // Only a link-local address needs its interface; naming one elsewhere would overrule the routing.
        if address.isLinkLocal, !address.isIPv4 { address.scope = ancillary.interface }
        last = locals.intern(address)
        return last
    }
}

extension ReceivedKind {
    @inline(__always)
    init(_ bytes: RawSpan) {
        guard bytes.byteCount > 0 else {
            self = .other
            return
        }
        switch bytes.uint8(at: 0) {
        case MessageType.relay: self = .relay
        case MessageType.discover: self = .discover
        case MessageType.discoverEx: self = .discoverEx
        case MessageType.punchRequest: self = .punch
        case MessageType.stun: self = .stun
        case MessageType.sync: self = .sync
        case MessageType.mesh: self = .mesh
        case MessageType.hello: self = .hello
        case MessageType.magic: self = ProofOfLife.matches(bytes) ? .proof : .other
        default: self = .other
        }
    }
}
