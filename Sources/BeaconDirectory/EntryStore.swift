import BeaconBasics
import Synchronization

/// (key, owner) → stamp, several owners to a key: written by one thread, read by any other without a lock.
///
/// The keys' places are cut into segments, each an open-addressing table of its own that grows and shrinks by itself.
/// A segment's header is two words: a version, and the descriptor of its block.
///
/// **Why a reader may trust what it finds.** The writer changes a segment in steps, each of which takes effect by one
/// store (a slot's first word, its stamp, or the descriptor) and before each of which it raises the version. Its
/// stores release and the reader's loads acquire. So a reader that sees any part of step k sees version ≥ k when it
/// looks again, and one that began at version k sees all of the steps before k. If the version is the same before and
/// after, at most the one step that was under way at the beginning can have run beside it, and that one took effect at
/// a single moment: the reader found the state before or after it. Otherwise it looks again. It never waits: a writer
/// that is suspended in the middle of a step leaves the version as it is. A replaced block may be given to another
/// segment; that comes after the step that replaced it, so its old reader finds the version raised.
final class EntryStore: @unchecked Sendable {
    private let memory: ZeroedMemory
    private let headers: UnsafeMutablePointer<Atomic<UInt64>>
    private let shift: UInt64
    let hash: KeyedHash
    let segmentCount: Int
    let capacity: Int

    // The writer's alone.
    private var arena = BlockArena()
    private var counts: [UInt32]
    private(set) var count = 0

    /// `segmentBits`: 0 … 12.
    init(capacity: Int, segmentBits: Int, hash: KeyedHash) {
        self.capacity = capacity
        self.hash = hash
        segmentCount = 1 << segmentBits
        shift = UInt64(32 - segmentBits)
        memory = ZeroedMemory(byteCount: segmentCount * 16)
        headers = memory.base.assumingMemoryBound(to: Atomic<UInt64>.self)
        counts = Array(repeating: 0, count: segmentCount)
    }

    /// As many segments as make a full one some two thousand entries: growing copies no more than that at once.
    static func segmentBits(for capacity: Int) -> Int {
        var bits = 0
        while bits < 12, capacity >> bits > 2_048 { bits += 1 }
        return bits
    }

    // MARK: Reading, from any thread

    struct Reading {
        fileprivate let header: UnsafeMutablePointer<Atomic<UInt64>>
        fileprivate let version: UInt64
        let block: EntryBlock

        /// Whether all that was read since `begin` is of one moment.
        @inline(__always)
        var isCurrent: Bool { header[0].load(ordering: .relaxed) == version }
    }

    @inline(__always)
    func begin(_ place: Place) -> Reading {
        let header = headers + 2 &* segment(place)
        let version = header[0].load(ordering: .acquiring)
        return Reading(
            header: header, version: version, block: EntryBlock(descriptor: header[1].load(ordering: .acquiring)))
    }

    @inline(__always)
    func hash(of key: UInt32) -> UInt32 { UInt32(truncatingIfNeeded: hash(UInt64(key)) >> 32) }

    @inline(__always)
    func segment(_ place: Place) -> Int { Int(truncatingIfNeeded: UInt64(place.rawValue) >> shift) }

    /// The first place of a segment.
    func start(of segment: Int) -> UInt64 { UInt64(segment) << shift }

    // MARK: Writing, by one thread

    struct Outcome {
        /// The entry's own stamp before.
        var previous: UInt64?
        /// The stamp of the same key under `also`.
        var also: UInt64?
        /// There was no room.
        var isRefused = false
    }

    /// Files `stamp` under (key, owner), and says on the way what `also` has of the key.
    func set(_ key: UInt32, _ place: Place, _ owner: UInt16, _ stamp: UInt64, also: UInt16?) -> Outcome {
        let segment = segment(place)
        let (found, free, other) = search(segment, key, owner, also)
        if let found {
            let previous = block(segment).stamp(found).pointee.load(ordering: .relaxed)
            if previous != stamp {
                step(segment)
                block(segment).stamp(found).pointee.store(stamp, ordering: .releasing)
            }
            return Outcome(previous: previous, also: other)
        }
        guard count < capacity else { return Outcome(also: other, isRefused: true) }
        var slot = free
        if (Int(counts[segment]) + 1) * 5 > block(segment).slots * 4 {
            resize(segment, for: Int(counts[segment]) + 1)
            slot = search(segment, key, owner, nil).free
        }
        step(segment)
        write(EntryBlock.word(key, owner), stamp, block(segment), slot)
        counts[segment] += 1
        count += 1
        return Outcome(also: other)
    }

    /// The stamp that was filed under (key, owner).
    func remove(_ key: UInt32, _ place: Place, _ owner: UInt16) -> UInt64? {
        let segment = segment(place)
        guard let slot = search(segment, key, owner, nil).found else { return nil }
        let stamp = block(segment).stamp(slot).pointee.load(ordering: .relaxed)
        close(segment, slot)
        counts[segment] -= 1
        count -= 1
        let slots = block(segment).slots
        if slots > 64, Int(counts[segment]) * 4 < slots { resize(segment, for: Int(counts[segment])) }
        return stamp
    }

    /// The same entry under another owner.
    func move(_ key: UInt32, _ place: Place, from owner: UInt16, to other: UInt16) -> Bool {
        let segment = segment(place)
        guard let slot = search(segment, key, owner, nil).found else { return false }
        step(segment)
        block(segment).word(slot).pointee.store(EntryBlock.word(key, other), ordering: .releasing)
        return true
    }

    func stamp(_ key: UInt32, _ place: Place, _ owner: UInt16) -> UInt64? {
        let segment = segment(place)
        guard let slot = search(segment, key, owner, nil).found else { return nil }
        return block(segment).stamp(slot).pointee.load(ordering: .relaxed)
    }

    /// Every entry of a segment, in no order that means anything. The table must not change meanwhile.
    @inline(__always)
    func forEach(in segment: Int, _ body: (_ key: UInt32, _ owner: UInt16, _ stamp: UInt64) -> Void) {
        let block = block(segment)
        for slot in 0..<block.slots {
            let word = block.word(slot).pointee.load(ordering: .relaxed)
            guard word & EntryBlock.used != 0 else { continue }
            body(
                UInt32(truncatingIfNeeded: word >> 32), EntryBlock.owner(word),
                block.stamp(slot).pointee.load(ordering: .relaxed))
        }
    }

    func slots(in segment: Int) -> Int { block(segment).slots }

    /// Removes entries that are not where a search for them ends; gives their first words.
    func removeStrays(in segment: Int) -> [UInt64] {
        var strays: [UInt64] = []
        let slots = block(segment).slots
        var slot = 0
        while slot < slots {
            let word = block(segment).word(slot).pointee.load(ordering: .relaxed)
            guard word != 0, isStray(word, at: slot, in: segment) else {
                slot += 1
                continue
            }
            strays.append(word)
            close(segment, slot)
            counts[segment] -= 1
            count -= 1
        }
        return strays
    }

    private func isStray(_ word: UInt64, at slot: Int, in segment: Int) -> Bool {
        let key = UInt32(truncatingIfNeeded: word >> 32)
        guard word & 0xFFFF == EntryBlock.used, self.segment(Place(of: NodeID(key))) == segment else { return true }
        return search(segment, key, EntryBlock.owner(word), nil).found != slot
    }

    // MARK: Steps

    @inline(__always)
    private func block(_ segment: Int) -> EntryBlock {
        EntryBlock(descriptor: headers[2 * segment + 1].load(ordering: .relaxed))
    }

    /// Announces one more step: readers that have begun before it look again.
    @inline(__always)
    private func step(_ segment: Int) {
        let version = headers[2 * segment].load(ordering: .relaxed)
        headers[2 * segment].store(version &+ 1, ordering: .releasing)
    }

    @inline(__always)
    private func write(_ word: UInt64, _ stamp: UInt64, _ block: EntryBlock, _ slot: Int) {
        block.stamp(slot).pointee.store(stamp, ordering: .releasing)
        block.word(slot).pointee.store(word, ordering: .releasing)
    }

    private func search(
        _ segment: Int, _ key: UInt32, _ owner: UInt16, _ also: UInt16?
    ) -> (found: Int?, free: Int, also: UInt64?) {
        let block = block(segment)
        let slots = block.slots
        guard slots > 0 else { return (nil, 0, nil) }
        let wanted = EntryBlock.word(key, owner)
        let second = also.map { EntryBlock.word(key, $0) }
        var found: Int?
        var other: UInt64?
        var slot = block.home(hash(of: key))
        while true {
            let word = block.word(slot).pointee.load(ordering: .relaxed)
            if word == 0 { return (found, slot, other) }
            if word == wanted {
                found = slot
                if second == nil { return (found, slot, nil) }
            }
            if word == second { other = block.stamp(slot).pointee.load(ordering: .relaxed) }
            slot = slot + 1 == slots ? 0 : slot + 1
        }
    }

    /// Frees a slot and moves up whatever could then no longer be reached, in steps that never hide an entry: for a
    /// moment it stands in two slots.
    private func close(_ segment: Int, _ slot: Int) {
        let block = block(segment)
        let slots = block.slots
        step(segment)
        block.word(slot).pointee.store(EntryBlock.passed, ordering: .releasing)
        var hole = slot
        var next = slot
        while true {
            next = next + 1 == slots ? 0 : next + 1
            let word = block.word(next).pointee.load(ordering: .relaxed)
            if word == 0 { break }
            let home = block.home(hash(of: UInt32(truncatingIfNeeded: word >> 32)))
            // It may move to the hole only if its search passes there on the way.
            guard (next - home + slots) % slots >= (next - hole + slots) % slots else { continue }
            step(segment)
            write(word, block.stamp(next).pointee.load(ordering: .relaxed), block, hole)
            step(segment)
            block.word(next).pointee.store(EntryBlock.passed, ordering: .releasing)
            hole = next
        }
        step(segment)
        block.word(hole).pointee.store(0, ordering: .releasing)
    }

    /// Copies a segment into a block of the size that suits `entries`, aside, and puts that in place in one step.
    private func resize(_ segment: Int, for entries: Int) {
        let old = block(segment)
        let new = arena.allocate(Self.sizeClass(for: entries))
        forEach(in: segment) { key, owner, stamp in
            var slot = new.home(hash(of: key))
            while new.word(slot).pointee.load(ordering: .relaxed) != 0 { slot = slot + 1 == new.slots ? 0 : slot + 1 }
            write(EntryBlock.word(key, owner), stamp, new, slot)
        }
        step(segment)
        headers[2 * segment + 1].store(new.descriptor, ordering: .releasing)
        if old.descriptor != 0 {
            step(segment)
            arena.release(old)
        }
    }

    /// The smallest class that is at most four fifths full. Below a page only every fourth one is used, so that few
    /// kinds of small blocks lie about.
    private static func sizeClass(for entries: Int) -> Int {
        var sizeClass = 0
        while EntryBlock.slots(sizeClass) * 4 < entries * 5 { sizeClass += sizeClass < 24 ? 4 : 1 }
        return sizeClass
    }
}
