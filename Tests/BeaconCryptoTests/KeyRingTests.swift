import BeaconTestKit
import Testing

@testable import BeaconCrypto

private func secret(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

@Suite struct KeyRingTests {
    @Test func takesOneToEightDistinctKeysOf32Bytes() {
        #expect(KeyRing([]) == nil)
        #expect(KeyRing([secret(1)]) != nil)
        #expect(KeyRing((1...8).map { secret($0) }) != nil)
        #expect(KeyRing((1...9).map { secret($0) }) == nil)
        #expect(KeyRing([secret(1), secret(2), secret(1)]) == nil)
        #expect(KeyRing([[UInt8](repeating: 1, count: 31)]) == nil)
        #expect(KeyRing([[UInt8](repeating: 1, count: 33)]) == nil)
    }

    @Test func aKeyIsNamedByTwoBytesThatFollowFromItAlone() throws {
        let ring = try #require(KeyRing([secret(1), secret(2)]))
        #expect(ring.keyIDs == [0x9471, 0xCB00])
        #expect(KeyRing.keyID(of: secret(2)) == ring.keyIDs[1])
        #expect(KeyRing.keyID(of: [1]) == nil)
    }

    @Test func meshKeysFollowTheOrderAndAreNotTheSecrets() throws {
        let ring = try #require(KeyRing([secret(1), secret(2)]))
        let other = try #require(KeyRing([secret(2), secret(1)]))
        #expect(ring.meshKeys == Array(other.meshKeys.reversed()))
        #expect(ring.meshKeys.map(\.id) == ring.keyIDs)
        #expect(ring.meshKeys[0].k0 != 0x0101_0101_0101_0101)
        #expect(ring.meshKeys[0].k0 != ring.meshKeys[0].k1 && ring.meshKeys[0].k0 != ring.meshKeys[1].k0)
    }

    @Test func aNewKeyOpensBeforeItSeals() throws {
        let old = try #require(KeyRing([secret(1)]))
        let opening = try #require(old.opening(secret(2)))
        #expect(opening.secrets == [secret(1), secret(2)])
        let sealing = try #require(opening.sealing(secret(2)))
        #expect(sealing.secrets == [secret(2), secret(1)])
        #expect(sealing.opening(secret(1)) == sealing)
        #expect(old.opening([1]) == nil && old.sealing([1]) == nil)
    }

    @Test func aFullRingLetsItsLastKeyGoButNeverTheOneThatSeals() throws {
        let full = try #require(KeyRing((1...8).map { secret($0) }))
        #expect(full.opening(secret(9))?.secrets == [1, 9, 2, 3, 4, 5, 6, 7].map { secret($0) })
        #expect(full.sealing(secret(9))?.secrets == [9, 1, 2, 3, 4, 5, 6, 7].map { secret($0) })
        #expect(full.sealing(secret(8))?.secrets == [8, 1, 2, 3, 4, 5, 6, 7].map { secret($0) })
    }
}
