import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

/// Every decoder takes every input: any bytes, any length, and all that is nearly right.
@Suite struct TotalityTests {
    /// One megabyte to cut inputs from: making each anew would take longer than decoding it.
    private static let pool: [UInt8] = {
        var dice = SeededRandom(seed: 0xBEAC)
        return dice.bytes(1 << 20)
    }()

    @Test func randomBytesStopNoDecoder() {
        for seed in UInt64(0)..<100_000 {
            var dice = SeededRandom(seed: seed)
            let length = Int.random(in: 0...2_048, using: &dice)
            let start = Int.random(in: 0...Self.pool.count - length, using: &dice)
            decode(Self.pool.span.bytes.extracting(start..<start + length), "seed \(seed)")
        }
    }

    @Test func vectorsWithAFewChangedBytesStopNoDecoder() {
        let vectors =
            VectorFile.lines("stun", fields: 3).map { bytes($0[1]) }
            + VectorFile.lines("frames", fields: 4).map { bytes($0[2]) }
            + VectorFile.lines("mesh", fields: 6).map { bytes($0[5]) }
            + VectorFile.lines("hello", fields: 7).map { bytes($0[6]) }
        for seed in UInt64(0)..<50_000 {
            var dice = SeededRandom(seed: seed)
            var datagram = vectors.randomElement(using: &dice)!
            for _ in 0..<Int.random(in: 0...3, using: &dice) {
                datagram[Int.random(in: datagram.indices, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            if Bool.random(using: &dice) { datagram.removeLast(Int.random(in: 0...datagram.count, using: &dice)) }
            decode(datagram.span.bytes, "seed \(seed)")
        }
    }

    private func decode(_ datagram: RawSpan, _ seed: String) {
        if let discover = Discover(datagram) {
            #expect(datagram.byteCount >= (discover.carriesKey ? 37 : 5), "\(seed)")
        }
        if let punch = PunchRequest(datagram) {
            #expect(datagram.byteCount >= (punch.grantExpiry == nil ? 9 : 81), "\(seed)")
        }
        if let sync = try? Sync(datagram) {
            for position in 0..<sync.count { _ = Sync.node(position, in: datagram) }
        }
        if MeshFrame.Header(datagram) != nil { _ = MeshFrame.isAuthentic(datagram, k0: 1, k1: 2) }
        if let hello = try? Hello(datagram) {
            let (again, _) = writing(room: Hello.length) { hello.write(k0: 1, k1: 2, into: &$0) }
            #expect((try? reading(again) { try Hello($0) }) == hello, "\(seed)")
        }
        _ = ProofOfLife.matches(datagram)
        _ = STUN.isResponse(datagram)
        for type in [MessageType.discoverReply, MessageType.punchCommand] {
            if let address = ObservedAddress.read(type, datagram) {
                #expect(Address(address.description) == address, "\(seed)")
            }
        }
        answer(datagram, seed)
    }

    private func answer(_ datagram: RawSpan, _ seed: String) {
        guard case .binding(let fingerprint, let unknown) = STUN.parse(datagram) else { return }
        let source = Address(high: 1, low: 2, port: 3)
        let (message, _) = writing(room: STUN.maximumReplyLength) {
            STUN.writeReply(to: datagram, fingerprint: fingerprint, unknown: unknown, source: source, into: &$0)
        }
        #expect(reading(message, STUN.isResponse), "\(seed)")
    }
}
