import BeaconBasics
import Testing

@Suite struct KeyedHashTests {
    @Test func theKeyDecides() {
        let a = KeyedHash(k0: 1, k1: 2)
        let same = KeyedHash(k0: 1, k1: 2)
        let other = KeyedHash(k0: 3, k1: 2)
        let address = Address(ipv4: 0xC000_0201, port: 9001)
        for value in UInt64(0)..<1_000 {
            #expect(a(value) == same(value))
            #expect(a(value) != other(value))
        }
        #expect(a(address) == same(address))
        #expect(a(address) != other(address))
    }

    @Test func everyPartOfAnAddressCounts() {
        var dice = SeededRandom(seed: 11)
        let hash = KeyedHash(using: &dice)
        let base = Address(high: 0xFE80_0000_0000_0000, low: 1, scope: 2, port: 3)
        let variants = [
            base, base.with(port: 4), Address(high: base.high + 1, low: 1, scope: 2, port: 3),
            Address(high: base.high, low: 2, scope: 2, port: 3), Address(high: base.high, low: 1, scope: 3, port: 3),
        ]
        #expect(Set(variants.map { hash($0) }).count == variants.count)
    }

    /// Sequential ids, ids of one residue, and ports of one host are what tables meet. 65,536 keys over 4,096 buckets
    /// average 16; a fair hash leaves none above 48 (probability below 1e-9), whichever bits are used.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func regularKeysSpread(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let hash = KeyedHash(using: &dice)
        let families: [(Int) -> UInt64] = [
            { hash(UInt64($0)) }, { hash(UInt64($0) << 16) }, { hash(UInt64($0) << 6 | 5) },
            { hash(Address(ipv4: 0xCB00_7105, port: UInt16($0))) },
            { hash(Address(ipv4: 0x0A00_0000 + UInt32($0), port: 9001)) },
        ]
        for (family, key) in families.enumerated() {
            for shift in [0, 28, 52] as [UInt64] {
                var buckets = [Int](repeating: 0, count: 4_096)
                for index in 0..<65_536 { buckets[Int(key(index) >> shift & 4_095)] += 1 }
                #expect(buckets.max()! <= 48, "seed \(seed), family \(family), bits from \(shift)")
            }
        }
    }
}
