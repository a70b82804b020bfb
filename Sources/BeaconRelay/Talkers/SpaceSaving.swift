import BeaconBasics

/// The heaviest keys of a stream in fixed memory, by the space-saving sketch (Metwally, Agrawal, El Abbadi: Efficient
/// Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005), with weights.
///
/// Of a stream of weight N and with k entries:
/// * a key of weight w is counted as `count`, and `count - error ≤ w ≤ count`;
/// * `error` is never above N/k;
/// * every key of more than N/k has an entry, whatever else is in the stream, and in whatever order;
/// * a key without an entry has no more than `minimum`.
///
/// A key that finds no entry takes that of the lightest, and its count as its error: strangers who invent keys push each
/// other out. A heap finds the lightest, a table the key's entry. Nothing is allocated after `init`.
struct SpaceSaving: ~Copyable {
    /// One key's; seven words, which is how they are published.
    struct Entry: BitwiseCopyable {
        var key: TalkerKey
        /// Never too low.
        var count: UInt64
        /// By how much `count` may be too high.
        var error: UInt64
        /// The other measure's weight since the key has its entry: never too high.
        var companion: UInt64
        /// When it was last seen (`Moment.seconds32`).
        var seen: UInt32
        /// Where it is in the heap, and where its look-up begins.
        fileprivate var place: UInt16
        fileprivate var home: UInt16
    }

    let capacity: Int
    private let entryMemory: ZeroedMemory
    private let heapMemory: ZeroedMemory
    private let indexMemory: ZeroedMemory
    private let mask: Int
    private(set) var used = 0

    /// Slots of the table for an entry: a look-up of a key that is not there ends after one or two.
    private static let slotsPerEntry = 4

    /// - Parameter capacity: a power of two, at most 8,192.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0 && capacity * Self.slotsPerEntry <= 32_768)
        self.capacity = capacity
        mask = capacity * Self.slotsPerEntry - 1
        entryMemory = ZeroedMemory(byteCount: capacity * MemoryLayout<Entry>.stride)
        heapMemory = ZeroedMemory(byteCount: capacity * 2)
        indexMemory = ZeroedMemory(byteCount: capacity * Self.slotsPerEntry * 2)
    }

    /// In no order; `used` of them.
    var entries: UnsafeMutablePointer<Entry> { entryMemory.base.assumingMemoryBound(to: Entry.self) }
    /// Entry numbers, the lightest first, as a binary heap.
    private var heap: UnsafeMutablePointer<UInt16> { heapMemory.base.assumingMemoryBound(to: UInt16.self) }
    /// Entry number + 1 by hash; 0 = free.
    private var index: UnsafeMutablePointer<UInt16> { indexMemory.base.assumingMemoryBound(to: UInt16.self) }

    /// No key without an entry weighs more.
    var minimum: UInt64 { used < capacity ? 0 : entries[Int(heap[0])].count }

    /// - Parameters:
    ///   - hash: the key's, keyed, so that nobody can aim many keys at one slot.
    ///   - companion: the weight by the other measure, which is only carried along.
    @inline(never)
    mutating func add(_ key: TalkerKey, hash: UInt64, _ weight: UInt64, companion: UInt64, second: UInt32) {
        let home = Int(truncatingIfNeeded: hash) & mask
        let slot = find(key, home)
        guard index[slot] == 0 else {
            let entry = entries + Int(index[slot] - 1)
            entry.pointee.count &+= weight
            entry.pointee.companion &+= companion
            entry.pointee.seen = second
            return sink(Int(entry.pointee.place))
        }
        var fresh = Entry(
            key: key, count: weight, error: 0, companion: companion, seen: second, place: 0,
            home: UInt16(truncatingIfNeeded: home))
        guard used == capacity else {
            insert(fresh, at: slot)
            return
        }
        let lightest = Int(heap[0])
        fresh.error = entries[lightest].count
        fresh.count &+= fresh.error
        release(lightest)
        // What was behind the slot given up may have come nearer.
        replace(lightest, with: fresh, at: find(key, home))
    }

    /// Forgets everything.
    mutating func clear() {
        guard used > 0 else { return }
        (indexMemory.base).initializeMemory(as: UInt8.self, repeating: 0, count: indexMemory.byteCount)
        used = 0
    }

    private mutating func insert(_ entry: Entry, at slot: Int) {
        let number = used
        used += 1
        entries[number] = entry
        index[slot] = UInt16(truncatingIfNeeded: number + 1)
        put(number, at: number)
        rise(number)
    }

    private func replace(_ number: Int, with entry: Entry, at slot: Int) {
        entries[number] = entry
        index[slot] = UInt16(truncatingIfNeeded: number + 1)
        sink(0)
    }

    // MARK: The table (linear probing, no tombstones)

    /// The slot with the key's entry, or the free one where it belongs.
    private func find(_ key: TalkerKey, _ home: Int) -> Int {
        var slot = home
        while index[slot] != 0, entries[Int(index[slot] - 1)].key != key { slot = (slot &+ 1) & mask }
        return slot
    }

    /// Takes an entry out of the table; those behind it move up, so that no look-up ends early.
    private func release(_ number: Int) {
        var hole = find(entries[number].key, Int(entries[number].home))
        var slot = hole
        while true {
            slot = (slot &+ 1) & mask
            guard index[slot] != 0 else { break }
            let home = Int(entries[Int(index[slot] - 1)].home)
            // It may move if the hole is on its way from home.
            if (slot &- home) & mask >= (slot &- hole) & mask {
                index[hole] = index[slot]
                hole = slot
            }
        }
        index[hole] = 0
    }

    // MARK: The heap

    private func put(_ number: Int, at place: Int) {
        heap[place] = UInt16(truncatingIfNeeded: number)
        entries[number].place = UInt16(truncatingIfNeeded: place)
    }

    private func rise(_ start: Int) {
        var place = start
        let number = Int(heap[place])
        let count = entries[number].count
        while place > 0 {
            let parent = (place - 1) / 2
            let other = Int(heap[parent])
            guard entries[other].count > count else { break }
            put(other, at: place)
            place = parent
        }
        put(number, at: place)
    }

    private func sink(_ start: Int) {
        var place = start
        let number = Int(heap[place])
        let count = entries[number].count
        while true {
            var child = 2 * place + 1
            guard child < used else { break }
            if child + 1 < used, entries[Int(heap[child + 1])].count < entries[Int(heap[child])].count { child += 1 }
            let other = Int(heap[child])
            guard entries[other].count < count else { break }
            put(other, at: place)
            place = child
        }
        put(number, at: place)
    }
}
