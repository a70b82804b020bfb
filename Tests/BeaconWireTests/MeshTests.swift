import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct MeshTests {
    static let k0: UInt64 = 0x0706_0504_0302_0100
    static let k1: UInt64 = 0x0F0E_0D0C_0B0A_0908

    private func header(_ line: VectorFile.Line) -> MeshFrame.Header {
        MeshFrame.Header(
            hops: UInt8(line[0])!, keyID: UInt16(line[1])!, sender: NodeID(UInt32(line[2])!),
            destination: NodeID(UInt32(line[3])!))
    }

    @Test(arguments: VectorFile.lines("mesh", fields: 6))
    func framesAreWrittenReadAndRewritten(line: VectorFile.Line) {
        let (payload, frame) = (bytes(line[4]), bytes(line[5]))
        let written = writing(room: MeshFrame.headerLength) { out in
            MeshFrame.write(header(line), payload: payload.span.bytes, k0: Self.k0, k1: Self.k1, into: &out)
            return MeshFrame.headerLength
        }
        #expect(hex(written.message + payload) == line[5])
        reading(frame) { span in
            #expect(MeshFrame.Header(span) == header(line))
            let isAuthentic = MeshFrame.isAuthentic(span, k0: Self.k0, k1: Self.k1)
            #expect(isAuthentic)
        }
        let other = MeshFrame.Header(hops: 2, keyID: 9, sender: NodeID(3), destination: NodeID(4))
        let rewritten = writing(room: frame.count) { out in
            for (offset, byte) in frame.enumerated() { out.put8(byte, at: offset) }
            MeshFrame.rewrite(&out, other, k0: 5, k1: 6)
            return frame.count
        }
        reading(rewritten.message) { span in
            #expect(MeshFrame.Header(span) == other)
            let isAuthentic = MeshFrame.isAuthentic(span, k0: 5, k1: 6)
            #expect(isAuthentic)
        }
        #expect(Array(rewritten.message[20...]) == payload)
    }

    /// Everything in front of the payload and its first 32 bytes, and its length, is under the MAC.
    @Test(arguments: VectorFile.lines("mesh", fields: 6))
    func aFlippedBitIsSeen(line: VectorFile.Line) {
        let frame = bytes(line[5])
        for bit in 0..<8 * frame.count {
            var flipped = frame
            flipped[bit / 8] ^= 1 << (bit % 8)
            let isAuthentic = reading(flipped) { MeshFrame.isAuthentic($0, k0: Self.k0, k1: Self.k1) }
            let isCovered = bit / 8 < MeshFrame.headerLength + MeshFrame.authenticatedPrefix
            // The type byte has been looked at before.
            #expect(isAuthentic == !isCovered, "\(line), bit \(bit)")
        }
        for other in [frame + [0], Array(frame.dropLast())] where other.count >= MeshFrame.headerLength {
            #expect(!reading(other) { MeshFrame.isAuthentic($0, k0: Self.k0, k1: Self.k1) })
        }
        #expect(!reading(frame) { MeshFrame.isAuthentic($0, k0: Self.k1, k1: Self.k0) })
    }

    @Test func whatIsShorterThanAHeaderIsNone() {
        let frame = bytes(VectorFile.lines("mesh", fields: 6)[0][5])
        for length in 0..<MeshFrame.headerLength {
            #expect(reading(frame.prefix(length)) { MeshFrame.Header($0) } == nil)
        }
    }

    @Test func onTheWayOutTheOldFramesFitInto() {
        let frame = [UInt8](repeating: 0x0C, count: 20) + bytes("aabb")
        func rewritten(_ change: (inout MutableRawSpan) -> Void) -> [UInt8] {
            var copy = frame
            var span = copy.mutableSpan
            var out = span.mutableBytes
            change(&out)
            return copy
        }
        let deliver = rewritten { MeshFrame.rewriteAsDeliver(&$0, sender: NodeID(1)) }
        #expect(hex(deliver[MeshFrame.deliverSkip...]) == "0600000001aabb")
        let relay = rewritten {
            MeshFrame.rewriteAsRelay(MessageType.relay, &$0, sender: NodeID(1), destination: NodeID(2))
        }
        #expect(hex(relay[MeshFrame.relaySkip...]) == "050000000100000002aabb")
    }
}
