import BeaconBasics

/// One kind of talkers, sketched by packets and by bytes: few large frames and many small ones are both found.
struct TalkerSketch: ~Copyable {
    var packets: SpaceSaving
    var bytes: SpaceSaving

    init(capacity: Int) {
        packets = SpaceSaving(capacity: capacity)
        bytes = SpaceSaving(capacity: capacity)
    }

    mutating func add(_ key: TalkerKey, _ hash: KeyedHash, packets: UInt64, bytes: UInt64, second: UInt32) {
        let hash = key.hashed(hash)
        self.packets.add(key, hash: hash, packets, companion: bytes, second: second)
        self.bytes.add(key, hash: hash, bytes, companion: packets, second: second)
    }

    mutating func clear() {
        packets.clear()
        bytes.clear()
    }
}

/// The talkers of one minute of one shard.
struct TalkerWindow: ~Copyable {
    /// Entries a sketch; whoever has more than 1/512 of a minute's frames (or bytes) of a shard is in it.
    static let capacity = 512

    /// Which minute of the clock it is; 0 = none yet.
    var number: UInt64 = 0
    /// When counting began in it.
    var began = Moment(nanoseconds: 0)
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    /// The largest stride that frames were sampled by.
    var stride: UInt64 = 1
    var sources = TalkerSketch(capacity: capacity)
    var nodes = TalkerSketch(capacity: capacity)
    var pairs = TalkerSketch(capacity: capacity)

    mutating func begin(_ number: UInt64, at now: Moment) {
        self.number = number
        began = now
        (packets, bytes, stride) = (0, 0, 1)
        sources.clear()
        nodes.clear()
        pairs.clear()
    }
}
