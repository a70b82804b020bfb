import BeaconBasics
import Glibc
import Testing

@testable import BeaconRelay

/// The promises of the space-saving sketch, each held against exact counts.
@Suite struct SpaceSavingTests {
    private static let capacity = 64

    /// A stream of keys, and what is exactly in it.
    private struct Stream {
        var exact: [UInt32: UInt64] = [:]
        var total: UInt64 { exact.values.reduce(0, +) }

        mutating func add(_ key: UInt32, _ weight: UInt64, to sketch: inout SpaceSaving, _ hash: KeyedHash) {
            exact[key, default: 0] += weight
            let talker = TalkerKey(NodeID(key))
            sketch.add(talker, hash: talker.hashed(hash), weight, companion: weight * 2, second: key)
        }
    }

    private static func hash(_ seed: UInt64) -> KeyedHash {
        var dice = SeededRandom(seed: seed)
        return KeyedHash(using: &dice)
    }

    private static func entries(_ sketch: borrowing SpaceSaving) -> [UInt32: SpaceSaving.Entry] {
        var found: [UInt32: SpaceSaving.Entry] = [:]
        for number in 0..<sketch.used {
            let entry = sketch.entries[number]
            #expect(found.updateValue(entry, forKey: entry.key.node.rawValue) == nil, "an entry twice")
        }
        return found
    }

    private static func check(_ sketch: borrowing SpaceSaving, _ stream: Stream, _ name: String) {
        let entries = entries(sketch)
        let bound = stream.total / UInt64(capacity)
        let minimum = sketch.minimum
        #expect(entries.values.reduce(0) { $0 + $1.count } == stream.total, "\(name): no weight is lost or made up")
        for (key, entry) in entries {
            let exact = stream.exact[key]!
            #expect(entry.count >= exact && entry.count - entry.error <= exact, "\(name): key \(key)")
            #expect(entry.companion <= exact * 2, "\(name): companion of \(key)")
            #expect(entry.error <= bound, "\(name): error of \(key)")
        }
        for (key, exact) in stream.exact where entries[key] == nil {
            #expect(exact <= bound, "\(name): \(key) has \(exact) of \(stream.total) and no entry")
            #expect(exact <= minimum, "\(name): \(key)")
        }
    }

    /// Keys with probability ~ 1/rank, in random order.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func zipf(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let hash = Self.hash(seed)
        var sketch = SpaceSaving(capacity: Self.capacity)
        var stream = Stream()
        for _ in 0..<20_000 {
            let rank = UInt32(exp(Double.random(in: 0..<9, using: &dice)))
            stream.add(rank, UInt64.random(in: 0...1_500, using: &dice), to: &sketch, hash)
        }
        Self.check(sketch, stream, "seed \(seed)")
        // The heaviest are the heaviest here, too.
        let exact = stream.exact.sorted { $0.value > $1.value }.prefix(3).map(\.key)
        let entries = Self.entries(sketch)
        #expect(entries.values.sorted { $0.count > $1.count }.prefix(3).map(\.key.node.rawValue) == exact)
    }

    /// Orders that are bad for it: heavy first, heavy last, a cycle of k + 1 keys, all different.
    @Test(arguments: ["first", "last", "cycle", "different", "rising"])
    func adversarial(order: String) {
        let hash = Self.hash(1)
        var sketch = SpaceSaving(capacity: Self.capacity)
        var stream = Stream()
        let count = UInt32(5_000)
        if order == "first" { for _ in 0..<100 { stream.add(0, 1, to: &sketch, hash) } }
        for turn in 1...count {
            switch order {
            case "cycle": stream.add(turn % UInt32(Self.capacity + 1), 1, to: &sketch, hash)
            case "rising": stream.add(turn, UInt64(turn), to: &sketch, hash)
            default: stream.add(turn, 1, to: &sketch, hash)
            }
        }
        if order == "last" { for _ in 0..<100 { stream.add(0, 1, to: &sketch, hash) } }
        Self.check(sketch, stream, order)
        if order == "first" || order == "last" { #expect(Self.entries(sketch)[0] != nil) }
    }

    /// A stranger invents a source for each of ten frames that others send: nobody real is pushed out.
    @Test func inventedKeysPushOutNobodyHeavy() {
        let hash = Self.hash(7)
        var dice = SeededRandom(seed: 7)
        var sketch = SpaceSaving(capacity: Self.capacity)
        var stream = Stream()
        for _ in 0..<200_000 {
            let isReal = UInt32.random(in: 0..<10, using: &dice) == 0
            let key =
                isReal ? UInt32.random(in: 1...4, using: &dice) : UInt32.random(in: 1_000...UInt32.max, using: &dice)
            stream.add(key, 1, to: &sketch, hash)
        }
        Self.check(sketch, stream, "flood")
        // Four with 2.5 % each, where 1/64 is the bound.
        let entries = Self.entries(sketch)
        for key in UInt32(1)...4 { #expect(entries[key] != nil) }
        let heaviest = entries.values.sorted { $0.count - $0.error > $1.count - $1.error }.prefix(4)
        #expect(Set(heaviest.map(\.key.node.rawValue)) == [1, 2, 3, 4])
    }

    /// All keys look up at one slot, the last of the table: probing wraps, and giving slots up loses nobody.
    @Test func collisions() {
        var dice = SeededRandom(seed: 3)
        var sketch = SpaceSaving(capacity: Self.capacity)
        var stream = Stream()
        for _ in 0..<10_000 {
            let key = UInt32.random(in: 0..<200, using: &dice)
            stream.exact[key, default: 0] += 1
            let home = UInt64.max - UInt64(key % 3)
            sketch.add(TalkerKey(NodeID(key)), hash: home, 1, companion: 2, second: 0)
        }
        Self.check(sketch, stream, "collisions")
    }

    @Test func underCapacityItIsExact() {
        let hash = Self.hash(2)
        var sketch = SpaceSaving(capacity: Self.capacity)
        var stream = Stream()
        for turn in 0..<6_400 as Range<UInt32> { stream.add(turn % 64, UInt64(turn), to: &sketch, hash) }
        let entries = Self.entries(sketch)
        #expect(entries.mapValues(\.count) == stream.exact)
        #expect(entries.values.allSatisfy { $0.error == 0 })
        #expect(entries.mapValues(\.companion) == stream.exact.mapValues { $0 * 2 })
    }

    @Test func clearedItBeginsAnew() {
        let hash = Self.hash(4)
        var sketch = SpaceSaving(capacity: Self.capacity)
        var stream = Stream()
        for key in 0..<1_000 as Range<UInt32> { stream.add(key, 5, to: &sketch, hash) }
        sketch.clear()
        #expect(sketch.used == 0)
        #expect(sketch.minimum == 0)
        stream = Stream()
        for key in 0..<1_000 as Range<UInt32> { stream.add(key % 70, 1, to: &sketch, hash) }
        Self.check(sketch, stream, "second life")
    }
}
