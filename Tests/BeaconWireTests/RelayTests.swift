import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct RelayTests {
    /// protocol.md §1.5, and the edges: no payload, sender 0, every byte different.
    static let frames: [(relay: String, deliver: String, withDestination: String)] = [
        (
            "050000000a0000001468656c6c6f2066726f6d206e6f6465203130",
            "060000000a68656c6c6f2066726f6d206e6f6465203130",
            "090000000a0000001468656c6c6f2066726f6d206e6f6465203130"
        ),
        ("050000000a00000014", "060000000a", "090000000a00000014"),
        ("0500000000ffffffff00", "060000000000", "0900000000ffffffff00"),
        ("05a1a2a3a4b1b2b3b4c1c2", "06a1a2a3a4c1c2", "09a1a2a3a4b1b2b3b4c1c2"),
    ]

    @Test(arguments: frames)
    func aFrameIsRewrittenInPlace(relay: String, deliver: String, withDestination: String) {
        var plain = bytes(relay)
        rewrite(&plain) { RelayFrame.rewriteAsDeliver(&$0) }
        #expect(hex(plain.dropFirst(RelayFrame.deliverSkip)) == deliver)
        var extended = bytes(relay)
        rewrite(&extended) { RelayFrame.rewriteAsDeliverDestination(&$0) }
        #expect(hex(extended) == withDestination)
    }

    @Test func theDestinationIsTheSecondId() {
        #expect(reading(bytes("05a1a2a3a4b1b2b3b4")) { RelayFrame.destination($0) } == NodeID(0xB1B2_B3B4))
    }

    private func rewrite(_ frame: inout [UInt8], _ body: (inout MutableRawSpan) -> Void) {
        var span = frame.mutableSpan
        var raw = span.mutableBytes
        body(&raw)
    }
}
