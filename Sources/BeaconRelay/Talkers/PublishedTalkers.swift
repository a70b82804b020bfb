import BeaconBasics
import Synchronization

/// The readers' copy of a shard's talkers, refreshed a few times a second under a sequence lock: the shard never waits.
///
/// Words: sequence, how many follow, then each window: number, began, packets, bytes, stride, and for each of its six
/// sketches how many entries there are, and the entries, seven words each.
public final class PublishedTalkers: @unchecked Sendable {
    private let memory: ZeroedMemory
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    /// Of the last publication; only the shard touches it.
    private var published: UInt64 = .max

    static let entryWords = 7
    private static let windowWords = 5 + 6 * (1 + TalkerWindow.capacity * entryWords)
    private static let capacity = 2 + 2 * windowWords

    public init() {
        precondition(MemoryLayout<SpaceSaving.Entry>.stride == Self.entryWords * 8)
        memory = ZeroedMemory(byteCount: Self.capacity * 8)
        words = memory.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    // MARK: The shard's side

    func write(_ talkers: borrowing Talkers) {
        guard talkers.changes != published else { return }
        published = talkers.changes
        let sequence = words[0].load(ordering: .relaxed)
        words[0].store(sequence &+ 1, ordering: .relaxed)
        var end = 2
        write(talkers.current, &end)
        write(talkers.previous, &end)
        words[1].store(UInt64(end - 2), ordering: .releasing)
        words[0].store(sequence &+ 2, ordering: .releasing)
    }

    private func write(_ window: borrowing TalkerWindow, _ end: inout Int) {
        put(window.number, &end)
        put(window.began.nanoseconds, &end)
        put(window.packets, &end)
        put(window.bytes, &end)
        put(window.stride, &end)
        write(window.sources, &end)
        write(window.nodes, &end)
        write(window.pairs, &end)
    }

    private func write(_ sketch: borrowing TalkerSketch, _ end: inout Int) {
        write(sketch.packets, &end)
        write(sketch.bytes, &end)
    }

    private func write(_ sketch: borrowing SpaceSaving, _ end: inout Int) {
        put(UInt64(sketch.used), &end)
        let source = UnsafeRawPointer(sketch.entries)
        for word in 0..<sketch.used * Self.entryWords {
            put(source.load(fromByteOffset: word * 8, as: UInt64.self), &end)
        }
    }

    @inline(__always)
    private func put(_ word: UInt64, _ end: inout Int) {
        words[end].store(word, ordering: .releasing)
        end += 1
    }

    // MARK: The readers' side

    /// The windows as last published, the current one first; empty before the first publication.
    public func read() -> TalkerReading {
        var words = WordReader(copy())
        var windows: [TalkerReading.Window] = []
        while !words.isAtEnd { windows.append(TalkerReading.Window(&words)) }
        return TalkerReading(windows: windows)
    }

    private func copy() -> [UInt64] {
        while true {
            let before = words[0].load(ordering: .acquiring)
            let count = min(Int(truncatingIfNeeded: words[1].load(ordering: .acquiring)), Self.capacity - 2)
            let copy = (0..<count).map { words[$0 + 2].load(ordering: .acquiring) }
            if before & 1 == 0, words[0].load(ordering: .relaxed) == before { return copy }
        }
    }
}

/// The words one after the other.
struct WordReader {
    private let words: [UInt64]
    private var position = 0

    init(_ words: [UInt64]) { self.words = words }

    var isAtEnd: Bool { position == words.count }

    mutating func next() -> UInt64 {
        defer { position += 1 }
        return words[position]
    }
}
