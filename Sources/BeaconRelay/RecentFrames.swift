import BeaconBasics
import BeaconWire

/// The frames that this beacon has just delivered to its own nodes, kept while nodes are expected to move: when it drains,
/// and for a while after members of its fleet have come or gone, because daemons choose anew when the registry's list
/// changes, most of them another beacon (protocol.md §9.2).
///
/// A node that changes its beacon takes no frame from the old one any more, and the old one hears of it a moment later:
/// what it sent in between, the node has dropped. Nobody but the old beacon has these frames, so it keeps the last of
/// them, and sends those for a node that has moved once more, through its new beacon, ahead of all that follows. A frame
/// that the node had taken before it moved then comes twice: daemons drop it by its own number, like any replay. They give
/// a session up after 30 replays in a row (protocol.md §9.6), so no more than `perFlow` are repeated of one flow, but for
/// frames of which it is known that the node cannot have taken them.
///
/// Memory is taken when it is needed and given back afterwards; full (27,000 frames of 1,200 bytes a second), the oldest
/// make room.
struct RecentFrames: ~Copyable {
    static let byteCapacity = 32 << 20
    static let frameCapacity = 32_768
    /// How old a frame may be: the half second in which a node that moves from a serving beacon is asked for proof of life,
    /// and the ways to it and between the beacons.
    static let window = Delay.seconds(1)
    /// Before the moment from which on a node has certainly taken nothing, or before we hear of its move: so long its
    /// change may have been under way, with frames of ours coming the other way.
    static let doubt = Delay.milliseconds(250)
    static let perFlow: UInt8 = 24
    private static let waitingCount = 65_536

    private struct Frame: BitwiseCopyable {
        var sender: NodeID
        var destination: NodeID
        /// Where its payload begins, in bytes ever written.
        var start: UInt64
        var length: Int32
        var state: State
        var at: Moment

        enum State: UInt8, BitwiseCopyable { case kept, chosen, done }
    }

    /// A frame to repeat. Its payload stays where it is until the next `add`.
    struct Repeated: BitwiseCopyable {
        var sender: NodeID
        var destination: NodeID
        var payload: UnsafeRawBufferPointer
    }

    private struct Memory: ~Copyable {
        let bytes = ZeroedMemory(byteCount: byteCapacity)
        let frames = ZeroedMemory(byteCount: frameCapacity * MemoryLayout<Frame>.stride)
        /// How many kept frames there are for destinations of one hash: whether it is worth to look for one.
        let waiting = ZeroedMemory(byteCount: waitingCount * 2)
    }

    private var memory: Memory?
    private var frames: UnsafeMutablePointer<Frame>?
    private var waiting: UnsafeMutablePointer<UInt16>?
    private var bytes: UnsafeMutableRawPointer?
    /// Frames ever added, and the oldest that is there; bytes ever written.
    private var added: UInt64 = 0
    private var oldest: UInt64 = 0
    private var written: UInt64 = 0
    /// Where the look for chosen frames goes on.
    private var cursor: UInt64 = .max
    /// When last a frame went before its time, for want of room.
    private var crowdedAt = Moment(nanoseconds: 0)
    /// Frames that nodes may have missed and that were not repeated, being more than `perFlow`.
    private(set) var doubtful: UInt64 = 0
    /// Frames that nodes have missed and that could not be repeated for want of room; nobody knows how many: one is counted
    /// for a node.
    private(set) var lost: UInt64 = 0

    @inline(__always) var isOn: Bool { frames != nil }

    mutating func begin() {
        guard memory == nil else { return }
        let memory = Memory()
        frames = memory.frames.base.assumingMemoryBound(to: Frame.self)
        waiting = memory.waiting.base.assumingMemoryBound(to: UInt16.self)
        bytes = memory.bytes.base
        self.memory = consume memory
        (added, oldest, written, cursor) = (0, 0, 0, .max)
    }

    mutating func end() {
        (frames, waiting, bytes) = (nil, nil, nil)
        memory = nil
    }

    // MARK: Keeping

    /// Keeps a frame that goes to a node of ours.
    @inline(never)
    mutating func add(_ payload: RawSpan, from sender: NodeID, to destination: NodeID, at now: Moment) {
        guard let frames, let waiting, let bytes else { return }
        forget(before: now)
        let start = room(for: payload.byteCount, at: now)
        payload.withUnsafeBytes {
            guard let base = $0.baseAddress else { return }
            (bytes + Int(start % UInt64(Self.byteCapacity))).copyMemory(from: base, byteCount: $0.count)
        }
        frames[slot(added)] = Frame(
            sender: sender, destination: destination, start: start,
            length: Int32(truncatingIfNeeded: payload.byteCount),
            state: .kept, at: now)
        waiting[bucket(destination)] &+= 1
        added += 1
    }

    /// Room in one piece; the oldest frames give theirs.
    private mutating func room(for length: Int, at now: Moment) -> UInt64 {
        let left = Self.byteCapacity - Int(written) % Self.byteCapacity
        if length > left { written += UInt64(left) }
        let start = written
        written += UInt64(length)
        while oldest < added,
            added - oldest >= UInt64(Self.frameCapacity)
                || frames![slot(oldest)].start + UInt64(Self.byteCapacity) < written
        {
            crowdedAt = now
            dropOldest()
        }
        return start
    }

    private mutating func forget(before now: Moment) {
        guard let frames else { return }
        while oldest < added, now.since(frames[slot(oldest)].at) > Self.window { dropOldest() }
    }

    private mutating func dropOldest() {
        settle(oldest, .done)
        oldest += 1
    }

    private func settle(_ number: UInt64, _ state: Frame.State) {
        guard let frames, let waiting else { return }
        let place = slot(number)
        if frames[place].state == .kept, state != .kept { waiting[bucket(frames[place].destination)] &-= 1 }
        frames[place].state = state
    }

    // MARK: Repeating

    /// Whether frames for the node are kept that it may have missed.
    @inline(__always)
    func holds(_ node: NodeID) -> Bool {
        guard let waiting, waiting[bucket(node)] > 0 else { return false }
        return find(node)
    }

    @inline(never)
    private func find(_ node: NodeID) -> Bool {
        guard let frames else { return false }
        var number = added
        while number > oldest {
            number -= 1
            let frame = frames[slot(number)]
            if frame.destination == node, frame.state == .kept { return true }
        }
        return false
    }

    /// Chooses what is repeated for a node that has moved: all since it no longer took any, if that is known, and before
    /// that the latest of each flow. `next` hands them out.
    mutating func choose(_ node: NodeID, deafSince: Moment? = nil, at now: Moment) {
        guard let frames else { return }
        forget(before: now)
        if crowdedAt.nanoseconds != 0, now.since(crowdedAt) <= Self.window { lost += 1 }
        let edge = deafSince ?? now
        var flows = FlowCounts()
        var number = added
        while number > oldest {
            number -= 1
            let frame = frames[slot(number)]
            guard frame.destination == node, frame.state == .kept else { continue }
            settle(number, .done)
            guard edge.since(frame.at) <= Self.doubt else { continue }
            if deafSince.map({ frame.at >= $0 }) ?? false || flows.take(frame.sender) {
                frames[slot(number)].state = .chosen
            } else {
                doubtful += 1
            }
        }
        cursor = min(cursor, oldest)
    }

    /// The chosen frames, oldest first; nil when there is none left.
    mutating func next() -> Repeated? {
        guard let frames, let bytes, cursor != .max else { return nil }
        var number = max(cursor, oldest)
        while number < added {
            let frame = frames[slot(number)]
            number += 1
            guard frame.state == .chosen else { continue }
            settle(number - 1, .done)
            cursor = number
            let start = bytes + Int(frame.start % UInt64(Self.byteCapacity))
            return Repeated(
                sender: frame.sender, destination: frame.destination,
                payload: UnsafeRawBufferPointer(start: start, count: Int(frame.length)))
        }
        cursor = .max
        return nil
    }

    /// Calls `body` with each node that frames are kept for, at least once.
    func forEachDestination(_ body: (NodeID) -> Void) {
        guard let frames else { return }
        var last: NodeID?
        var number = oldest
        while number < added {
            let frame = frames[slot(number)]
            number += 1
            guard frame.state == .kept, frame.destination != last else { continue }
            last = frame.destination
            body(frame.destination)
        }
    }

    @inline(__always)
    private func slot(_ number: UInt64) -> Int { Int(number % UInt64(Self.frameCapacity)) }

    @inline(__always)
    private func bucket(_ node: NodeID) -> Int {
        Int((node.rawValue &* 0x9E37_79B1) >> 16)
    }
}

/// How many frames of each sender have been chosen; of one destination, so that few senders are the rule. Those that find
/// no place get none.
private struct FlowCounts {
    private var senders = InlineArray<64, NodeID>(repeating: NodeID(0))
    private var counts = InlineArray<64, UInt8>(repeating: 0)
    private var used = 0

    mutating func take(_ sender: NodeID) -> Bool {
        for index in 0..<used where senders[index] == sender {
            guard counts[index] < RecentFrames.perFlow else { return false }
            counts[index] += 1
            return true
        }
        guard used < 64 else { return false }
        (senders[used], counts[used]) = (sender, 1)
        used += 1
        return true
    }
}
