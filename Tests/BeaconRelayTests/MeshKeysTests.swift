import BeaconCrypto
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct MeshKeysTests {
    @Test func theFirstSealsAndAllOpen() {
        let keys = MeshKeys([meshKey, otherMeshKey])
        var copy = MeshKeyCopy()
        #expect(copy.first == nil)
        keys.refresh(&copy)
        #expect(copy.first == meshKey)
        for key in [meshKey, otherMeshKey] {
            let isThere = copy.contains(key.id) { $0 == key }
            #expect(isThere)
        }
        let stranger = copy.contains(99) { _ in true }
        #expect(!stranger)
    }

    /// Two keys may happen to have one id.
    @Test func allKeysOfAnIdAreTried() {
        var twin = otherMeshKey
        twin.id = meshKey.id
        let keys = MeshKeys([meshKey, twin])
        var copy = MeshKeyCopy()
        keys.refresh(&copy)
        let isThere = copy.contains(meshKey.id) { $0 == twin }
        #expect(isThere)
    }

    @Test func aRingThatIsTooLongIsCut() {
        let ring = (0..<UInt16(10)).map { MeshKey(id: $0, k0: 0, k1: 0) }
        let keys = MeshKeys()
        keys.replace(ring)
        var copy = MeshKeyCopy()
        keys.refresh(&copy)
        #expect(keys.current == Array(ring.prefix(8)))
        for id in UInt16(0)..<10 {
            let isThere = copy.contains(id) { _ in true }
            #expect(isThere == (id < 8))
        }
        keys.replace([])
        keys.refresh(&copy)
        #expect(copy.first == nil)
    }

    /// A reader's copy is always one ring, whole.
    @Test func readersSeeWholeRings() {
        let keys = MeshKeys([MeshKey(id: 1, k0: 0, k1: 0)])
        let faults = race(readers: 2) { turn in
            keys.replace((0..<UInt16(turn % 8 + 1)).map { MeshKey(id: $0, k0: turn, k1: ~turn) })
        } read: { _ in
            var copy = MeshKeyCopy()
            var faults = 0
            for _ in 0..<10_000 {
                keys.refresh(&copy)
                guard let first = copy.first, first.k0 != 0 else { continue }
                for id in UInt16(0)..<UInt16(first.k0 % 8 + 1)
                where !copy.contains(id, where: { $0.k0 == first.k0 && $0.k1 == ~first.k0 }) {
                    faults += 1
                }
            }
            return faults
        }
        #expect(faults == 0)
    }
}
