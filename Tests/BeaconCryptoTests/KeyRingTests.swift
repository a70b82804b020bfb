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
        let keys = ring.meshKeys(label: "")
        #expect(keys == Array(other.meshKeys(label: "").reversed()))
        #expect(keys.map(\.id) == ring.keyIDs)
        #expect(keys[0].k0 != 0x0101_0101_0101_0101)
        #expect(keys[0].k0 != keys[0].k1 && keys[0].k0 != keys[1].k0)
    }

    /// HMAC-SHA256 under the secret over "beacon mesh", 0, the label, 1; made by another program.
    @Test(
        arguments: [
            ("", 0x89A4_8669_7514_B892, 0xBD26_C4F7_BF78_6395), ("green", 0xE9B4_1983_513C_E075, 0x92B3_26AC_D2DC_FFF9),
            (String(repeating: "x", count: 64), 0xECDC_7F32_7CAA_B95C, 0x1948_1622_E1AB_CF49),
        ] as [(String, UInt64, UInt64)])
    func anotherLabelHasOtherMeshKeys(label: String, k0: UInt64, k1: UInt64) throws {
        let ring = try #require(KeyRing([secret(1)]))
        #expect(ring.meshKeys(label: label) == [MeshKey(id: 0x9471, k0: k0, k1: k1)])
        if label.utf8.count == 64 { #expect(ring.meshKeys(label: label + "y") == ring.meshKeys(label: label)) }
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
