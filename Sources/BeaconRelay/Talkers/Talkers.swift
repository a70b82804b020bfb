import BeaconBasics

/// Who talks most through one shard: of the frames that it relays, by source, destination node and pair of nodes. Owned
/// by the shard's thread; others see what is published (`PublishedTalkers`).
///
/// Counted in two windows: the minute of the clock that runs, and the one before it. Together they are what "now" means:
/// the last one to two minutes.
struct Talkers: ~Copyable {
    static var window: Delay { .seconds(60) }

    private(set) var current = TalkerWindow()
    private(set) var previous = TalkerWindow()
    private var sampler: FrameSampler
    private let hash: KeyedHash
    private var second: UInt32 = 0
    /// Counts up with every change, so that nothing is published twice.
    private(set) var changes: UInt64 = 0

    init(hash: KeyedHash) {
        self.hash = hash
        sampler = FrameSampler(seed: hash(0x7461_6C6B))
    }

    /// To be called before each batch: time goes on.
    mutating func beginBatch(at now: Moment) {
        second = now.seconds32
        sampler.settle(at: now)
        if now.nanoseconds / Self.window.nanoseconds != current.number { turn(at: now) }
    }

    @inline(never)
    private mutating func turn(at now: Moment) {
        swap(&current, &previous)
        current.begin(now.nanoseconds / Self.window.nanoseconds, at: now)
        changes &+= 1
    }

    /// Whether the frame that is being relayed is to be counted.
    @inline(__always)
    mutating func wantsFrame() -> Bool { sampler.isChosen() }

    /// - Parameter bytes: payload.
    @inline(never)
    mutating func add(from source: Address, _ sender: NodeID, to destination: NodeID, bytes: Int) {
        let stride = sampler.next()
        let bytes = UInt64(bytes) &* stride
        current.packets &+= stride
        current.bytes &+= bytes
        if stride > current.stride { current.stride = stride }
        current.sources.add(TalkerKey(source), hash, packets: stride, bytes: bytes, second: second)
        current.nodes.add(TalkerKey(destination), hash, packets: stride, bytes: bytes, second: second)
        current.pairs.add(
            TalkerKey(from: sender, to: destination), hash, packets: stride, bytes: bytes, second: second)
        changes &+= 1
    }
}
