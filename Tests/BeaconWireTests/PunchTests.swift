import BeaconBasics
import BeaconWire
import Testing

@Suite struct PunchTests {
    @Test(
        arguments: [
            (9_201, 9_202, 4_102_444_800, "punch-grant:9201:9202:4102444800"),
            (0, 4_294_967_295, -1, "punch-grant:0:4294967295:-1"),
            (7, 7, .max, "punch-grant:7:7:9223372036854775807"), (7, 7, .min, "punch-grant:7:7:-9223372036854775808"),
        ] as [(UInt32, UInt32, Int64, String)])
    func theSignedTextIsDecimal(requester: UInt32, target: UInt32, expiry: Int64, text: String) {
        #expect(PunchRequest.grantText(requester: NodeID(requester), target: NodeID(target), expiry: expiry) == text)
    }
}
