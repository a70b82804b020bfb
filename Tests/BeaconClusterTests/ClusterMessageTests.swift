import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@testable import BeaconCluster

@Suite struct ClusterMessageTests {
    static let sender = BeaconID(3)
    static let session = SessionID(0x0102_0304_0506)
    static let head = ClusterMessage.HeadNotice(owner: sender, sessionLow: 0x0506, sequence: 300, root: 0xAABB_CCDD)
    static let other = ClusterMessage.HeadNotice(owner: BeaconID(200), sessionLow: 7, sequence: 1, root: 5)
    static let address = Address(ipv4: 0x7F00_0001, port: 0x1234)
    static let address6 = Address(high: 0x2001_0DB8_0000_0000, low: 1, port: 2)
    static let grant = PunchGrant(expiry: -2, signature: [UInt8](repeating: 0xAB, count: 64))
    static let version = RingVersion(stamp: 0x0A0B_0C0D_0E0F, initiator: BeaconID(9))

    static let vectors: [(ClusterMessage, String)] = [
        (.heads(own: head, others: []), "40·06·ac02·aabbccdd"),
        (.heads(own: head, others: [other]), "40·0f·ac02·aabbccdd·c801·0007·01·00000005"),
        (.clock(unixMilliseconds: 0x0102_0304_0506), "41·06·010203040506"),
        (
            .claimRequest(ticket: 1, node: NodeID(2), claimant: address), "43·0f·00000001·00000002·04·7f000001·1234"
        ),
        (.moved(NodeID(2), Stamp(0x0102_0304_0506_0708)), "42·0c·00000002·0102030405060708"),
        (.claimReply(ticket: 1, node: NodeID(2), result: .gone), "44·09·00000001·00000002·01"),
        (.claimReply(ticket: 1, node: NodeID(2), result: .lives), "44·09·00000001·00000002·00"),
        (.claimReply(ticket: 1, node: NodeID(2), result: .busy), "44·09·00000001·00000002·02"),
        (
            .punchRequest(ticket: 1, target: NodeID(2), by: Punch(NodeID(3), at: address6)),
            "45·20·00000001·00000002·00000003·10·20010db8000000000000000000000001·0002·00"
        ),
        (
            .punchRequest(ticket: 1, target: NodeID(2), by: Punch(NodeID(3), at: address, grant: grant)),
            "45·5c·00000001·00000002·00000003·04·7f000001·1234·01·fffffffffffffffe"
                + String(repeating: "ab", count: 64)
        ),
        (
            .punchReply(ticket: 1, target: NodeID(2), address: address),
            "46·10·00000001·00000002·01·04·7f000001·1234"
        ),
        (.punchReply(ticket: 1, target: NodeID(2), address: nil), "46·09·00000001·00000002·00"),
        (
            .ringOffer(version, .seal, to: session, secret: [UInt8](repeating: 1, count: 32)),
            "47·31·0a0b0c0d0e0f·00000009·01·010203040506" + String(repeating: "01", count: 32)
        ),
        (.ringAcknowledgement(version, .open), "48·0b·0a0b0c0d0e0f·00000009·00"),
    ]

    private func read(_ message: [UInt8]) -> ClusterMessage? {
        var body = ControlReader(Array(message.dropFirst(2)))
        return ClusterMessage(type: message[0], &body, sender: Self.sender, session: Self.session)
    }

    @Test(arguments: 0..<vectors.count)
    func isWrittenAndReadAsTheTableSays(index: Int) {
        let (message, text) = Self.vectors[index]
        var writer = ControlWriter()
        message.write(&writer)
        #expect(hex(writer.bytes) == hex(bytes(text)))
        #expect(read(writer.bytes) == message)
    }

    @Test(arguments: 0..<vectors.count)
    func whatIsCutShortIsNotRead(index: Int) {
        let message = bytes(Self.vectors[index].1)
        for length in 2..<message.count {
            let cut = read(Array(message[..<length]))
            // Heads may end after any head.
            if case .heads = cut, length == 8 { continue }
            #expect(cut == nil, "\(length) of \(message.count) bytes")
        }
    }

    @Test(arguments: 0..<vectors.count)
    func whatFollowsABodyIsIgnored(index: Int) {
        let (message, text) = Self.vectors[index]
        if case .heads = message { return }
        #expect(read(bytes(text) + [1, 2, 3]) == message)
    }

    @Test func valuesThatMeanNothingAreNotRead() {
        #expect(read(bytes("44·09·00000001·00000002·03")) == nil)
        #expect(read(bytes("48·0b·0a0b0c0d0e0f·00000009·02")) == nil)
        #expect(read(bytes("40·0f·ac02·aabbccdd·ffffffff7f·0007·01·00000005")) == nil, "an owner of 35 bits")
        #expect(read(bytes("46·10·00000001·00000002·02·04·7f000001·1234")) == nil, "found, or not")
        #expect(read(bytes("45·14·00000001·00000002·00000003·04·7f000001·1234·02")) == nil, "granted, or not")
        #expect(read(bytes("42·00")) == nil)
        #expect(read(bytes("5f·00")) == nil)
    }

    @Test func versionsAreOrderedByStampThenInitiator() {
        let versions = [
            RingVersion(), RingVersion(stamp: 1, initiator: BeaconID(9)), RingVersion(stamp: 2, initiator: BeaconID(1)),
            RingVersion(stamp: 2, initiator: BeaconID(3)),
        ]
        #expect(versions.reversed().sorted() == versions)
    }
}
