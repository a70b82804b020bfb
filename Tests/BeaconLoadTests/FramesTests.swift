import BeaconBasics
import BeaconLoadKit
import Testing

struct FramesTests {
    /// The bytes that `write` puts down, as hexadecimal.
    private func hex(_ write: (inout MutableRawSpan) -> Int) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let length = bytes.withUnsafeMutableBytes { buffer in
            var span = buffer.mutableBytes
            return write(&span)
        }
        return bytes[..<length].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func endpoint(_ hex: String, type: UInt8) -> Address? {
        bytes(hex).withUnsafeBytes { Frames.endpoint($0.bytes, type: type) }
    }

    /// The examples of protocol.md §12.
    @Test func `Requests are the protocol's bytes`() {
        #expect(hex { Frames.writeDiscover(NodeID(42), to: &$0) } == "010000002a")
        #expect(hex { Frames.writePunch(requester: NodeID(10), target: NodeID(20), to: &$0) } == "030000000a00000014")
        let relay = hex {
            Frames.writeRelayHeader(sender: NodeID(10), destination: NodeID(20), to: &$0)
            return Frames.relayHeader
        }
        #expect(relay == "050000000a00000014")
    }

    @Test func `Endpoints are read in both families`() {
        #expect(endpoint("02047f000001c351", type: Frames.discoverReply) == Address("127.0.0.1:50001"))
        let ipv6 = "041020010db8000000000000000000000005c351"
        #expect(endpoint(ipv6, type: Frames.punchCommand) == Address("[2001:db8::5]:50001"))
    }

    @Test(arguments: [
        "", "02", "0204", "02047f000001c3", "02047f000001c35100", "02107f000001c351", "03047f000001c351",
        "021020010db8000000000000000000000005c3", "02057f00000100c351", "041020010db8000000000000000000000005c351",
    ])
    func `Anything else is no DiscoverReply`(hex: String) {
        #expect(endpoint(hex, type: Frames.discoverReply) == nil)
    }

    @Test func `The sender of a delivered frame`() {
        func sender(_ hex: String) -> NodeID? { bytes(hex).withUnsafeBytes { Frames.deliverSender($0.bytes) } }
        #expect(sender("060000000a68656c6c6f") == NodeID(10))
        #expect(sender("06ffffffff") == NodeID(.max))
        #expect(sender("0600000000"[...].dropLast(2).description) == nil)
        #expect(sender("090000000a0000001468656c6c6f") == nil)
        #expect(sender("") == nil)
    }
}

/// Bytes from hexadecimal digits; blanks are for reading.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
