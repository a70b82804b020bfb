import BeaconBasics
import Testing

@testable import BeaconDirectory

@Suite struct PlaceTests {
    @Test func itIsABijection() {
        var dice = SeededRandom(seed: 1)
        for id in [0, 1, 2, UInt32.max, UInt32.max - 1] { #expect(Place(of: NodeID(id)).node == NodeID(id)) }
        for _ in 0..<10_000 {
            let id = UInt32.random(in: 0 ... .max, using: &dice)
            #expect(Place(of: NodeID(id)).node == NodeID(id))
            #expect(Place(of: Place(id).node) == Place(id))
        }
    }

    /// All beacons must agree on places: these never change.
    @Test(arguments: [(0, 0), (1, 0x514E_28B7), (2, 0x30F4_C306), (0xFFFF_FFFF, 0x81F1_6F39)] as [(UInt32, UInt32)])
    func itIsTheSameEverywhere(id: UInt32, place: UInt32) {
        #expect(Place(of: NodeID(id)).rawValue == place)
    }

    @Test func idsInARowSpreadEvenly() {
        var counts = Array(repeating: 0, count: 16)
        for id in UInt32(1)...16_000 { counts[Int(Place(of: NodeID(id)).rawValue >> 28)] += 1 }
        for count in counts { #expect((850...1_150).contains(count)) }
    }
}
