import BeaconBasics
import BeaconLoadKit
import Testing

struct STUNBindingTests {
    /// RFC 5769 §2.2 and §2.3: responses with SOFTWARE before the address and integrity after it.
    private static let ipv4 = """
        0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643
        00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96
        """
    private static let ipv6 = """
        01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200014 0002a147 0113a9fa
        a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c
        """
    private let transaction = STUNBinding.Transaction(run: 0xB7E7_A701, slot: 0xBC34_D686, generation: 0xFA87_DFAE)

    private func response(_ bytes: [UInt8]) -> STUNBinding.Response? {
        bytes.withUnsafeBytes { STUNBinding.response($0.bytes) }
    }

    @Test(arguments: [(ipv4, "192.0.2.1:32853"), (ipv6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")])
    func `The vectors of RFC 5769`(hex: String, address: String) throws {
        let read = try #require(response(bytes(hex)))
        #expect(read.mapped.description == address)
        #expect(read.transaction == transaction)
    }

    @Test func `A request is a header and nothing more`() {
        var written = [UInt8](repeating: 0xEE, count: 24)
        let length = written.withUnsafeMutableBytes { buffer in
            var span = buffer.mutableBytes
            return STUNBinding.write(transaction, to: &span)
        }
        #expect(Array(written[..<length]) == bytes("00010000 2112a442 b7e7a701 bc34d686 fa87dfae"))
    }

    @Test func `No cut of a response is read as one, and none traps`() {
        for hex in [Self.ipv4, Self.ipv6] {
            let whole = bytes(hex)
            for length in 0..<whole.count { #expect(response(Array(whole[..<length])) == nil) }
        }
    }

    @Test func `Any single changed byte is read without a trap`() {
        let whole = bytes(Self.ipv6)
        for offset in whole.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = whole
                changed[offset] = value
                let read = response(changed)
                // Type, length and cookie must hold.
                if offset < 8, changed != whole { #expect(read == nil) }
            }
        }
    }

    @Test func `A response without the address is none`() {
        #expect(response(bytes("01010000 2112a442 b7e7a701 bc34d686 fa87dfae")) == nil)
        #expect(response(bytes("01010008 2112a442 b7e7a701 bc34d686 fa87dfae 00200004 0001a147")) == nil)
        #expect(response(bytes("0101000c 2112a442 b7e7a701 bc34d686 fa87dfae 00200008 0003a147 e112a643")) == nil)
    }
}
