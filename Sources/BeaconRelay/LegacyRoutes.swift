public import BeaconBasics
public import BeaconWire
import Synchronization

/// Which node is at which other beacon, learnt from legacy syncs 07 (protocol.md §4): read by shards without a lock,
/// written by the housekeeper alone.
///
/// A sync replaces everything its sender said before. Each sender has a generation; a route names sender and
/// generation and is dead once the sender has moved on. So withdrawing a million routes is one store, and a sync costs
/// what it lists, not what is known. Memory is fixed at start and becomes resident as it fills.
public final class LegacyRoutes: @unchecked Sendable {
    /// Beacons known at a time.
    public static let maximumPeers = 255
    /// Without a sync for so long a beacon's routes are dead (protocol.md §4.3).
    public static let timeToLive = Delay.seconds(90)

    /// `LegacyRoute.word`s.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let index: ConcurrentIndex
    private let memory: ZeroedMemory
    private let indexMemory: ZeroedMemory
    private let capacity: Int

    /// high, low, rest of the address (with `named`), generation: four words a peer.
    let peerWords: UnsafeMutablePointer<Atomic<UInt64>>
    private let peerMemory: ZeroedMemory
    let writer: Guarded<Writer>
    /// Peers in use: the bound of every look through them.
    let peerCount = Atomic<Int>(0)
    /// From here on nobody is named.
    let namedEnd = Atomic<Int>(0)

    let firstGeneration: UInt32

    struct Writer {
        var peers: [Peer] = []
        var highWater = 0
        var free: [Int] = []
        var sweepPosition = 0
        var overflows: UInt64 = 0
        /// Routes looked at for dead ones, ever.
        var looks = 0
        /// This list has found the table full of live routes: looking again for each of its ids would take minutes.
        var isFull = false
    }

    public convenience init(capacity: Int, hash: KeyedHash) {
        self.init(capacity: capacity, hash: hash, firstGeneration: 0)
    }

    /// `firstGeneration` is what a peer's generations begin behind; only tests need another than 0.
    init(capacity: Int, hash: KeyedHash, firstGeneration: UInt32) {
        self.firstGeneration = firstGeneration
        self.capacity = min(capacity, ConcurrentIndex.maximumEntries)
        memory = ZeroedMemory(byteCount: self.capacity * 8)
        indexMemory = ZeroedMemory(byteCount: ConcurrentIndex.byteCount(for: self.capacity))
        peerMemory = ZeroedMemory(byteCount: (Self.maximumPeers + 1) * 32)
        words = memory.base.assumingMemoryBound(to: Atomic<UInt64>.self)
        index = ConcurrentIndex(memory: indexMemory.base, capacity: self.capacity, hash: hash)
        peerWords = peerMemory.base.assumingMemoryBound(to: Atomic<UInt64>.self)
        writer = Guarded(Writer())
    }

    // MARK: Reading, from any thread

    /// The beacon to send frames for `node` to; nil if none lists it.
    public func find(_ node: NodeID) -> Address? {
        if peerCount.load(ordering: .acquiring) == 0 { return nil }
        var found: Address?
        _ = index.find(node) { position in
            found = liveAddress(position, of: node)
            return found != nil
        }
        return found
    }

    /// Where the entry sends `node`, if it does.
    private func liveAddress(_ position: Int, of node: NodeID) -> Address? {
        while true {
            let route = route(position)
            guard route.node == node else { return nil }
            if isCurrent(route) {
                let address = address(route.peer)
                // Its place may have gone to another beacon meanwhile: then the address may be half of each.
                if isCurrent(route) { return address }
            }
            // A sync that was completed between the looks at route and generation makes dead what it has renewed: then
            // the entry is another one now.
            if self.route(position).word == route.word { return nil }
        }
    }

    private func route(_ position: Int) -> LegacyRoute {
        LegacyRoute(word: words[position].load(ordering: .acquiring))
    }

    private func isCurrent(_ route: LegacyRoute) -> Bool {
        route.isOf(UInt32(truncatingIfNeeded: peerWords[route.peer * 4 + 3].load(ordering: .acquiring)))
    }

    func address(_ peer: Int) -> Address {
        let words = peerWords + peer * 4
        let rest = words[2].load(ordering: .acquiring)
        return Address(
            high: words[0].load(ordering: .acquiring), low: words[1].load(ordering: .acquiring),
            scope: UInt32(truncatingIfNeeded: rest >> 16), port: UInt16(truncatingIfNeeded: rest))
    }

    /// All beacons known.
    public var peers: [Peer] { writer.withLock { $0.peers.filter { $0.address != .none } } }

    /// Entries looked at in search of dead ones: what bounds the writer's work.
    var looks: Int { writer.withLock { $0.looks } }

    /// Live routes in all, and routes that found no room.
    public var counts: (routes: Int, overflows: UInt64) {
        writer.withLock { writer in (writer.peers.reduce(0) { $0 + $1.nodes }, writer.overflows) }
    }

    // MARK: Writing

    /// Takes a sync; false if there is no room for another unknown sender.
    public func take(_ sync: Sync, _ bytes: RawSpan, from source: Address, at now: Moment) -> Bool {
        writer.withLock { writer in
            guard let peer = admit(source, &writer) else { return false }
            let generation = LegacyRoute.generation(after: writer.peers[peer].generation)
            writer.isFull = false
            var stored = 0
            for position in 0..<sync.count {
                let node = Sync.node(position, in: bytes)
                if store(node, peer: peer, generation: generation, &writer) { stored += 1 }
            }
            writer.peers[peer].beacon = sync.beacon
            writer.peers[peer].nodes = stored
            writer.peers[peer].lastSync = now
            writer.peers[peer].syncs += 1
            setGeneration(generation, of: peer, &writer)
            return true
        }
    }

    /// Withdraws the routes of beacons that have gone silent, and frees dead ones, up to `limit` looked at.
    public func sweep(limit: Int, at now: Moment) {
        writer.withLock { writer in
            for peer in writer.peers.indices where writer.peers[peer].nodes > 0 {
                guard let last = writer.peers[peer].lastSync, now.since(last) > Self.timeToLive else { continue }
                writer.peers[peer].nodes = 0
                withdraw(peer, &writer)
            }
            free(upTo: limit, &writer)
        }
    }

    func setGeneration(_ generation: UInt32, of peer: Int, _ writer: inout Writer) {
        writer.peers[peer].generation = generation
        peerWords[peer * 4 + 3].store(UInt64(generation), ordering: .releasing)
    }

    /// Makes all routes of a peer dead: neither of its last list nor of one under way.
    func withdraw(_ peer: Int, _ writer: inout Writer) {
        setGeneration(
            LegacyRoute.generation(after: LegacyRoute.generation(after: writer.peers[peer].generation)), of: peer,
            &writer)
    }

    private func store(_ node: NodeID, peer: Int, generation: UInt32, _ writer: inout Writer) -> Bool {
        let word = LegacyRoute(node, peer: peer, generation: generation).word
        if let known = index.find(node, { route($0).node == node }) {
            words[known].store(word, ordering: .releasing)
            return true
        }
        guard let position = place(&writer) else {
            writer.overflows += 1
            return false
        }
        words[position].store(word, ordering: .releasing)
        if index.insert(node, entry: position) { return true }
        words[position].store(0, ordering: .releasing)
        writer.free.append(position)
        writer.overflows += 1
        return false
    }

    /// A free entry: one given back, one never used, or one that a look through the whole table finds dead.
    private func place(_ writer: inout Writer) -> Int? {
        if let free = writer.free.popLast() { return free }
        if writer.highWater < capacity {
            writer.highWater += 1
            return writer.highWater - 1
        }
        if writer.isFull { return nil }
        free(upTo: capacity, &writer)
        writer.isFull = writer.free.isEmpty
        return writer.free.popLast()
    }

    private func free(upTo limit: Int, _ writer: inout Writer) {
        writer.looks += min(limit, writer.highWater)
        for _ in 0..<min(limit, writer.highWater) {
            if writer.sweepPosition >= writer.highWater { writer.sweepPosition = 0 }
            let position = writer.sweepPosition
            writer.sweepPosition += 1
            let route = route(position)
            guard route.word != 0, !isCurrent(route) else { continue }
            index.remove(route.node, entry: position)
            words[position].store(0, ordering: .releasing)
            writer.free.append(position)
        }
    }
}
