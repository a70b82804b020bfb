import BeaconBasics
import Testing

@Suite struct NodeIDTests {
    @Test func idsAreNumbersOnTheWire() {
        #expect(NodeID(0xFFFF_FFFF).description == "4294967295")
        #expect(NodeID.unassigned == NodeID(0))
        #expect(NodeID(2) < NodeID(10))
        #expect(NodeID(0x8000_0000) > NodeID(1))
    }
}
