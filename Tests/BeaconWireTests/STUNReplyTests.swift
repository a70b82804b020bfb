import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct STUNReplyTests {
    private static let ipv4 = Address(ipv4: 0xC000_0201, port: 32_853)
    private static let ipv6 = Address(host: "2001:db8:1234:5678:11:2233:4455:6677", port: 32_853)!

    /// The answer to `request`, written into a buffer that an earlier reply has left dirty.
    private func reply(to request: [UInt8], from source: Address) -> [UInt8]? {
        guard case .binding(let fingerprint, let unknown) = reading(request, STUN.parse) else { return nil }
        let (message, behind) = writing(room: STUN.maximumReplyLength) { out in
            reading(request) {
                STUN.writeReply(to: $0, fingerprint: fingerprint, unknown: unknown, source: source, into: &out)
            }
        }
        #expect(behind.allSatisfy { $0 == dirt })
        return message
    }

    private func request(_ name: String) throws -> [UInt8] {
        bytes(try #require(VectorFile.lines("stun", fields: 3).first { $0[0].hasPrefix(name) })[1])
    }

    /// RFC 5769 §2.2 and §2.3 answer §2.1's request: their XOR-MAPPED-ADDRESS is ours, for the same transaction.
    @Test(arguments: [
        (ipv4, "00200008 0001a147 e112a643"),
        (ipv6, "00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9"),
    ])
    func theAddressIsWrittenAsInTheRFC(source: Address, attribute: String) throws {
        let answer = try #require(reply(to: try request("RFC 5769 2.1"), from: source))
        #expect(hex(answer[..<20].dropFirst(4)) == "2112a442b7e7a701bc34d686fa87dfae")
        #expect(hex(answer[20..<answer.count - 8]) == hex(bytes(attribute)))
        #expect(fingerprintIsValid(answer))
    }

    private func fingerprintIsValid(_ message: [UInt8]) -> Bool {
        let at = message.count - 8
        let sum = reading(message[..<at], STUN.fingerprint)
        return reading(message[at...]) { $0.uint32(at: 0) == 0x8028_0004 && $0.uint32(at: 4) == sum }
    }

    @Test func aBareRequestGetsABareAnswer() throws {
        let bare = try request("no attributes")
        let answer = try #require(reply(to: bare, from: Self.ipv4))
        #expect(hex(answer) == hex(bytes("0101000c 2112a442 000102030405060708090a0b 00200008 0001a147 e112a643")))
        #expect(try #require(reply(to: bare, from: Self.ipv6)).count == 44)
    }

    @Test(arguments: [
        ("CHANGE-REQUEST", "0111 0010 2112a442 000102030405060708090a0b 00090004 00000414 000a0002 00030000"),
        ("RESPONSE-PORT", "0111 0010 2112a442 000102030405060708090a0b 00090004 00000414 000a0004 00270026"),
        (
            "ten unknown",
            "0111 001c 2112a442 000102030405060708090a0b 00090004 00000414 000a0010 70007001700270037004700570067007"
        ),
    ])
    func whatIsNotUnderstoodIsListed(name: String, answer: String) throws {
        #expect(hex(try #require(reply(to: try request(name), from: Self.ipv4))) == hex(bytes(answer)))
    }

    /// Every answer to every vector: shaped as STUN has it, of the same transaction, and no better a reflector than
    /// the bare success is (44 bytes for IPv6, 8 more only for those who sent a FINGERPRINT of 8 themselves).
    @Test(arguments: VectorFile.lines("stun", fields: 3), [ipv4, ipv6])
    func everyAnswerIsWellFormedAndSmall(line: VectorFile.Line, source: Address) throws {
        let request = bytes(line[1])
        guard let answer = reply(to: request, from: source) else { return }
        #expect([[1, 1], [1, 0x11]].contains(answer[..<2]))
        #expect(reading(answer) { Int($0.uint16(at: 2)) } == answer.count - 20)
        #expect(answer[4..<20] == request[4..<20])
        #expect(answer.count % 4 == 0)
        #expect(reading(answer, STUN.isResponse), "two beacons cannot make each other answer for ever")
        #expect(reading(answer, STUN.parse) == .ignored)
        let hasFingerprint = line[2].hasSuffix("fingerprint")
        #expect(hasFingerprint == fingerprintIsValid(answer))
        #expect(answer.count <= request.count + 24 + (hasFingerprint ? 8 : 0))
        #expect(answer.count <= STUN.maximumReplyLength)
    }

    /// With any set of unknown attributes an error is at most 12 bytes longer than the request that it answers.
    @Test(arguments: 0..<2_000 as Range<UInt64>)
    func errorsOutgrowTheirRequestsByLittle(seed: UInt64) throws {
        var dice = SeededRandom(seed: seed)
        let count = Int.random(in: 1...12, using: &dice)
        var body: [UInt8] = []
        for _ in 0..<count {
            body += [UInt8.random(in: 0x60...0x7F, using: &dice), UInt8.random(in: 0...3, using: &dice), 0, 0]
        }
        let request = [0, 1, 0, UInt8(body.count)] + bytes("2112a442") + dice.bytes(12) + body
        let answer = try #require(reply(to: request, from: Self.ipv4))
        #expect(answer.count <= request.count + 12, "seed \(seed)")
        #expect(answer.count <= 20 + 8 + 4 + 16, "seed \(seed)")
        let words = stride(from: 32, to: answer.count, by: 2).map { [answer[$0], answer[$0 + 1]] }
        let listed = words.filter { $0 != [0, 0] }
        #expect(Set(listed).count == listed.count, "seed \(seed): each once")
    }
}
