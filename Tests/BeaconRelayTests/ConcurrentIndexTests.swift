import BeaconBasics
import Testing

@testable import BeaconRelay

@Suite struct ConcurrentIndexTests {
    /// An index over a plain list of ids, as the tables use it.
    private final class Indexed {
        let memory: ZeroedMemory
        let index: ConcurrentIndex
        var ids: [Int: NodeID] = [:]

        init(capacity: Int, seed: UInt64) {
            var dice = SeededRandom(seed: seed)
            memory = ZeroedMemory(byteCount: ConcurrentIndex.byteCount(for: capacity))
            index = ConcurrentIndex(memory: memory.base, capacity: capacity, hash: KeyedHash(using: &dice))
        }

        func insert(_ id: NodeID, at entry: Int) -> Bool {
            guard index.insert(id, entry: entry) else { return false }
            ids[entry] = id
            return true
        }

        func find(_ id: NodeID) -> Int? { index.find(id) { ids[$0] == id } }

        func remove(_ id: NodeID, at entry: Int) {
            index.remove(id, entry: entry)
            ids[entry] = nil
        }
    }

    /// Filled to capacity it is half full, and no id is turned away: what the table's size promises.
    @Test(arguments: [1, 2, 15, 16, 17, 1_000, 65_536])
    func itTakesAsManyAsItIsMadeFor(capacity: Int) {
        let indexed = Indexed(capacity: capacity, seed: 3)
        for entry in 0..<capacity { #expect(indexed.insert(NodeID(UInt32(entry) &* 64), at: entry)) }
        for entry in 0..<capacity { #expect(indexed.find(NodeID(UInt32(entry) &* 64)) == entry) }
        for id in UInt32(0)..<1_000 { #expect(indexed.find(NodeID(id * 64 + 1)) == nil) }
    }

    @Test func itSaysSoWhenBothBucketsOfAnIdAreFull() {
        // One bucket: sixteen words for all.
        let indexed = Indexed(capacity: 8, seed: 5)
        for entry in 0..<ConcurrentIndex.width { #expect(indexed.insert(NodeID(UInt32(entry)), at: entry)) }
        #expect(!indexed.insert(NodeID(99), at: 99))
        #expect(indexed.find(NodeID(99)) == nil)
        indexed.remove(NodeID(3), at: 3)
        #expect(indexed.insert(NodeID(99), at: 99))
        #expect(indexed.find(NodeID(99)) == 99)
        #expect(indexed.find(NodeID(3)) == nil)
        for entry in 0..<ConcurrentIndex.width where entry != 3 {
            #expect(indexed.find(NodeID(UInt32(entry))) == entry)
        }
    }

    /// Past capacity it fills until somewhere both buckets of an id are full, and forgets none that it took.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatItTookItFinds(seed: UInt64) {
        let indexed = Indexed(capacity: 256, seed: seed)
        var dice = SeededRandom(seed: seed)
        var taken: [Int: NodeID] = [:]
        for entry in 0..<600 {
            let id = NodeID(UInt32.random(in: 0 ... .max, using: &dice))
            if indexed.insert(id, at: entry) { taken[entry] = id }
        }
        #expect(taken.count >= 256, "seed \(seed)")
        #expect(taken.count <= 512, "seed \(seed): there are no more words")
        for (entry, id) in taken { #expect(indexed.find(id) == entry, "seed \(seed)") }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func itAgreesWithADictionary(seed: UInt64) {
        let indexed = Indexed(capacity: 64, seed: seed)
        var dice = SeededRandom(seed: seed)
        var model: [UInt32: Int] = [:]
        var free = Array(0..<64)
        for step in 0..<5_000 {
            let id = UInt32.random(in: 0..<200, using: &dice)
            if let entry = model[id] {
                indexed.remove(NodeID(id), at: entry)
                free.append(entry)
                model[id] = nil
            } else if let entry = free.popLast() {
                #expect(indexed.insert(NodeID(id), at: entry), "seed \(seed) step \(step)")
                model[id] = entry
            }
            let probe = UInt32.random(in: 0..<200, using: &dice)
            #expect(indexed.find(NodeID(probe)) == model[probe], "seed \(seed) step \(step)")
        }
    }

    @Test func removingWhatIsNotThereDoesNothing() {
        let indexed = Indexed(capacity: 8, seed: 1)
        #expect(indexed.insert(NodeID(1), at: 0))
        indexed.index.remove(NodeID(1), entry: 1)
        indexed.index.remove(NodeID(2), entry: 0)
        #expect(indexed.find(NodeID(1)) == 0)
    }
}
