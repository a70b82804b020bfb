import BeaconBasics
import BeaconTestKit
import Synchronization
import Testing

@testable import BeaconDirectory

@Suite struct DirectoryTableTests {
    private static func table(_ capacity: Int, seed: UInt64 = 1) -> DirectoryTable {
        var dice = SeededRandom(seed: seed)
        return DirectoryTable(capacity: capacity, hash: KeyedHash(using: &dice))
    }

    private static func address(_ number: UInt32) -> Address { Address(ipv4: 0x0A00_0000 + number, port: 9_001) }

    private static func add(
        _ beacon: UInt32, to table: DirectoryTable, session: UInt64 = 1, _ flags: OwnerFlags = .routable
    ) -> UInt16 {
        table.addOwner(BeaconID(beacon), SessionID(session), address(beacon), flags)!
    }

    private static func file(_ node: UInt32, _ slot: UInt16, _ stamp: UInt64, in table: DirectoryTable) {
        _ = table.set(Place(of: NodeID(node)), slot, Stamp(stamp), also: nil)
    }

    @Test func theLatestRoutableEntryOfAnotherBeaconWins() {
        let table = Self.table(1_000)
        let me = Self.add(1, to: table, [.own, .routable])
        let two = Self.add(2, to: table)
        let three = Self.add(3, to: table)
        Self.file(7, me, 900, in: table)
        #expect(table.find(NodeID(7)) == nil)
        Self.file(7, two, 100, in: table)
        Self.file(7, three, 200, in: table)
        #expect(table.find(NodeID(7))?.beacon == BeaconID(3))
        Self.file(7, two, 200, in: table)
        #expect(table.find(NodeID(7))?.beacon == BeaconID(3), "equal stamps: the higher id")
        table.setFlags(three, [])
        #expect(table.find(NodeID(7))?.beacon == BeaconID(2), "the dead are not routed to")
        table.setFlags(two, [.routable, .draining])
        #expect(table.find(NodeID(7))?.isDraining == true)
        table.setFlags(three, .routable)
        #expect(table.find(NodeID(7))?.beacon == BeaconID(3), "refuted: back at once")
        #expect(table.locate(NodeID(7)).own == Stamp(900))
        #expect(table.holders(of: NodeID(7)).map(\.beacon) == [BeaconID(1), BeaconID(3), BeaconID(2)])
        #expect(table.holders(of: NodeID(7)).map(\.isDraining) == [false, false, true])
        #expect(table.entries(of: BeaconID(2)) == 1)
        #expect(table.entries(of: BeaconID(9)) == 0)
    }

    @Test func membersAreKnownByTheirDataAddress() {
        let table = Self.table(1_000)
        _ = table.addOwner(BeaconID(1), SessionID(1), .none, [.own, .routable])
        #expect(!table.isMember(.none))
        let two = Self.add(2, to: table)
        #expect(table.isMember(Self.address(2)))
        table.setFlags(two, [])
        #expect(!table.isMember(Self.address(2)))
        table.setFlags(two, .routable)
        table.setAddress(two, Self.address(99))
        #expect(!table.isMember(Self.address(2)))
        #expect(table.isMember(Self.address(99)))
        Self.file(5, two, 1, in: table)
        #expect(table.find(NodeID(5))?.address == Self.address(99))
        // Another life at the same address, while the old one is being swept.
        let again = table.addOwner(BeaconID(2), SessionID(2), Self.address(99), .routable)
        table.retire(two)
        #expect(table.isMember(Self.address(99)))
        table.retire(again!)
        #expect(!table.isMember(Self.address(99)))
    }

    @Test func aSlotIsUsedAgainOnlyWhenNoEntryNamesIt() {
        let table = Self.table(1_000)
        let two = Self.add(2, to: table)
        Self.file(5, two, 1, in: table)
        Self.file(6, two, 1, in: table)
        table.retire(two)
        #expect(table.find(NodeID(5)) == nil)
        let three = Self.add(3, to: table)
        #expect(three != two)
        _ = table.remove(Place(of: NodeID(5)), two)
        #expect(Self.add(4, to: table) != two)
        _ = table.remove(Place(of: NodeID(6)), two)
        #expect(table.retired.isEmpty)
        #expect(Self.add(5, to: table) == two)
        #expect(table.find(NodeID(5)) == nil)
    }

    @Test func aFullTableRefusesAndCounts() {
        let table = Self.table(10)
        let two = Self.add(2, to: table)
        for node in UInt32(0)..<15 { Self.file(node, two, 1, in: table) }
        #expect(table.count == 10)
        #expect(table.refused == 5)
        Self.file(3, two, 2, in: table)
        #expect(table.refused == 5, "one that is there needs no room")
        _ = table.remove(Place(of: NodeID(3)), two)
        Self.file(14, two, 2, in: table)
        #expect(table.find(NodeID(14))?.stamp == Stamp(2))
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func itAgreesWithADictionary(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let table = Self.table(seed % 2 == 0 ? 20_000 : 600, seed: seed)
        let slots = (1...5).map { Self.add(UInt32($0), to: table) }
        var model: [UInt32: [Int: UInt64]] = [:]
        var count = 0
        for step in 0..<6_000 {
            // Grows, then shrinks.
            let isFilling = step % 3_000 < 1_500
            let node = UInt32.random(in: 0..<300, using: &dice) &* (seed % 3 == 0 ? 1 : 0x9E37_79B1)
            let owner = Int.random(in: 0..<5, using: &dice)
            if UInt32.random(in: 0..<10, using: &dice) < (isFilling ? 7 : 3) {
                let stamp = UInt64.random(in: 1..<50, using: &dice)
                let outcome = table.set(Place(of: NodeID(node)), slots[owner], Stamp(stamp), also: slots[0])
                #expect(outcome.previous == model[node]?[owner], "seed \(seed) step \(step)")
                #expect(outcome.also == model[node]?[0], "seed \(seed) step \(step)")
                guard !outcome.isRefused else {
                    #expect(count == table.capacity, "seed \(seed)")
                    continue
                }
                if model[node]?[owner] == nil { count += 1 }
                model[node, default: [:]][owner] = stamp
            } else {
                let removed = table.remove(Place(of: NodeID(node)), slots[owner])
                #expect(removed?.rawValue == model[node]?[owner], "seed \(seed) step \(step)")
                if removed != nil { count -= 1 }
                model[node]?[owner] = nil
            }
            let best = model[node]?.map { (stamp: $0.value, owner: $0.key) }.max { $0 < $1 }
            let route = table.find(NodeID(node))
            #expect(route?.stamp.rawValue == best?.stamp, "seed \(seed) step \(step)")
            #expect(route?.beacon.rawValue == best.map { UInt32($0.owner + 1) }, "seed \(seed) step \(step)")
            #expect(table.count == count, "seed \(seed) step \(step)")
        }
        for owner in 0..<5 {
            let expected = model.values.lazy.filter { $0[owner] != nil }.count
            #expect(table.entries(of: BeaconID(UInt32(owner + 1))) == expected, "seed \(seed)")
        }
        for segment in 0..<table.entries.segmentCount { #expect(table.entries.removeStrays(in: segment).isEmpty) }
    }

    /// At the highest load a search ends after a few slots, and entries are spread over all segments.
    @Test func searchesAreShort() {
        let table = Self.table(100_000)
        let two = Self.add(2, to: table)
        for node in UInt32(0)..<50_000 { Self.file(node, two, 1, in: table) }
        var steps = 0
        for segment in 0..<table.entries.segmentCount {
            let slots = table.entries.slots(in: segment)
            #expect((900...1_500).contains(slots))
            steps += table.entries.distances(in: segment)
        }
        #expect(Double(steps) / 50_000 < 3)
    }

    @Test func entriesWhoseMemoryHasChangedAreDropped() {
        let table = Self.table(1_000)
        let two = Self.add(2, to: table)
        for node in UInt32(0)..<50 { Self.file(node, two, 1, in: table) }
        for node in UInt32(0)..<20 { table.entries.corrupt(node, Place(of: NodeID(node)), two) }
        for segment in 0..<table.entries.segmentCount { table.dropStrays(in: segment) }
        for node in UInt32(0)..<50 { #expect((table.find(NodeID(node)) != nil) == (node >= 20)) }
        var left = 0
        table.entries.forEach(in: 0) { key, _, _ in
            #expect(table.find(NodeID(key)) != nil, "what is left is found by its key")
            left += 1
        }
        #expect(left == table.count)
        #expect(left < 50)
    }
}

extension EntryStore {
    /// How far all entries together are from where their search begins.
    func distances(in segment: Int) -> Int {
        let block = begin(Place(UInt32(start(of: segment)))).block
        return (0..<block.slots).reduce(0) { sum, slot in
            let word = block.word(slot).pointee.load(ordering: .relaxed)
            guard word != 0 else { return sum }
            let home = block.home(hash(of: UInt32(truncatingIfNeeded: word >> 32)))
            return sum + (slot - home + block.slots) % block.slots
        }
    }

    /// What a fault of the memory might do: another key in an entry's slot.
    func corrupt(_ key: UInt32, _ place: Place, _ owner: UInt16) {
        let block = begin(place).block
        for slot in 0..<block.slots
        where block.word(slot).pointee.load(ordering: .relaxed) == EntryBlock.word(key, owner) {
            block.word(slot).pointee.store(EntryBlock.word(key ^ 0x4000_0000, owner), ordering: .relaxed)
        }
    }
}
