import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct HelloTests {
    private func hello(_ line: VectorFile.Line) -> Hello {
        Hello(
            kind: Hello.Kind(rawValue: UInt8(line[0])!)!, beacon: BeaconID(UInt32(line[1])!),
            session: SessionID(UInt64(line[2])!), control: Address(line[3])!, nonce: UInt64(line[4])!,
            keyID: UInt16(line[5])!)
    }

    @Test(arguments: VectorFile.lines("hello", fields: 7))
    func hellosAreWrittenAndRead(line: VectorFile.Line) throws {
        let hello = hello(line)
        let (message, behind) = writing(room: Hello.length + 4) {
            hello.write(k0: MeshTests.k0, k1: MeshTests.k1, into: &$0)
        }
        #expect(hex(message) == line[6])
        #expect(behind == [dirt, dirt, dirt, dirt])
        #expect(try reading(message) { try Hello($0) } == hello)
        #expect(try reading(message + [1, 2]) { try Hello($0) } == hello, "what is behind is ignored")
        #expect(reading(message) { Hello.isAuthentic($0, k0: MeshTests.k0, k1: MeshTests.k1) })
        #expect(!reading(message) { Hello.isAuthentic($0, k0: MeshTests.k1, k1: MeshTests.k0) })
    }

    @Test(arguments: VectorFile.lines("hello", fields: 7))
    func aFlippedBitIsSeen(line: VectorFile.Line) {
        let message = bytes(line[6])
        for bit in 0..<8 * message.count {
            var flipped = message
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(!reading(flipped) { Hello.isAuthentic($0, k0: MeshTests.k0, k1: MeshTests.k1) }, "bit \(bit)")
        }
    }

    @Test func otherVersionsAndKindsAreNone() {
        let message = bytes(VectorFile.lines("hello", fields: 7)[0][6])
        for length in 0..<Hello.length {
            #expect(throws: Hello.Fault.runt) { try reading(message.prefix(length)) { try Hello($0) } }
        }
        for (offset, values) in [(1, [0, 2, 255]), (2, [0, 3, 255])] as [(Int, [UInt8])] {
            for value in values {
                var changed = message
                changed[offset] = value
                #expect(throws: Hello.Fault.malformed) { try reading(changed) { try Hello($0) } }
            }
        }
    }

    @Test func anAnswerEchoesNonceAndKey() {
        let ask = Hello(
            kind: .ask, beacon: BeaconID(1), session: SessionID(2), control: Address("192.0.2.1:3")!, nonce: 4, keyID: 5
        )
        let answer = ask.answered(by: BeaconID(6), session: SessionID(7), control: Address("192.0.2.8:9")!)
        #expect(
            answer
                == Hello(
                    kind: .answer, beacon: BeaconID(6), session: SessionID(7), control: Address("192.0.2.8:9")!,
                    nonce: 4, keyID: 5))
    }
}
