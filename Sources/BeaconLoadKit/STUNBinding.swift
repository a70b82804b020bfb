public import BeaconBasics

/// A STUN Binding request and its success response (RFC 8489 §5, §14.2), nothing more.
///
///     type(2) length(2) cookie 2112A442 transaction(12) | attribute: type(2) length(2) value, padded to 4
public enum STUNBinding {
    static let cookie: UInt32 = 0x2112_A442
    static let xorMappedAddress: UInt16 = 0x0020

    /// The 96 bits that tie a response to its request: which run, which slot, which use of it.
    public struct Transaction: Hashable, BitwiseCopyable, Sendable {
        public var run: UInt32
        public var slot: UInt32
        public var generation: UInt32

        public init(run: UInt32, slot: UInt32, generation: UInt32) {
            self.run = run
            self.slot = slot
            self.generation = generation
        }
    }

    public struct Response: Hashable, Sendable {
        public var transaction: Transaction
        /// XOR-MAPPED-ADDRESS with the XOR undone.
        public var mapped: Address
    }

    /// Writes a request without attributes; returns its length, 20.
    public static func write(_ transaction: Transaction, to bytes: inout MutableRawSpan) -> Int {
        bytes.put16(0x0001, at: 0)
        bytes.put16(0, at: 2)
        bytes.put32(cookie, at: 4)
        bytes.put32(transaction.run, at: 8)
        bytes.put32(transaction.slot, at: 12)
        bytes.put32(transaction.generation, at: 16)
        return 20
    }

    /// Reads a success response; nil if it is anything else or has no XOR-MAPPED-ADDRESS.
    public static func response(_ bytes: RawSpan) -> Response? {
        guard bytes.byteCount >= 20, bytes.get16(at: 0) == 0x0101, bytes.get32(at: 4) == cookie,
            Int(bytes.get16(at: 2)) == bytes.byteCount - 20
        else { return nil }
        var offset = 20
        while offset + 4 <= bytes.byteCount {
            let length = Int(bytes.get16(at: offset + 2))
            guard offset + 4 + length <= bytes.byteCount else { return nil }
            if bytes.get16(at: offset) == xorMappedAddress {
                return mapped(bytes, at: offset + 4, length).map {
                    Response(transaction: transaction(bytes), mapped: $0)
                }
            }
            offset += 4 + (length + 3) & ~3
        }
        return nil
    }

    private static func transaction(_ bytes: RawSpan) -> Transaction {
        Transaction(run: bytes.get32(at: 8), slot: bytes.get32(at: 12), generation: bytes.get32(at: 16))
    }

    /// zero(1) family(1) port(2) address(4/16): port XOR the cookie's upper half, address XOR cookie and transaction.
    private static func mapped(_ bytes: RawSpan, at offset: Int, _ length: Int) -> Address? {
        guard length >= 8 else { return nil }
        let port = bytes.get16(at: offset + 2) ^ UInt16(cookie >> 16)
        switch (bytes.byte(at: offset + 1), length) {
        case (1, 8): return Address(ipv4: bytes.get32(at: offset + 4) ^ cookie, port: port)
        case (2, 20):
            let high = bytes.get64(at: offset + 4) ^ bytes.get64(at: 4)
            let low = bytes.get64(at: offset + 12) ^ bytes.get64(at: 12)
            return Address(high: high, low: low, port: port)
        default: return nil
        }
    }
}
