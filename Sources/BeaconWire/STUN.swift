/// STUN Binding as RFC 8489 has it, server side: just enough to tell a client its address, and nothing else.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 2 | type: 0001 request, 0011 indication, 0101 success, 0111 error |
/// | 2 | 2 | length of the attributes, a multiple of 4 |
/// | 4 | 4 | magic cookie 2112A442 |
/// | 8 | 12 | transaction id |
/// | 20 | … | attributes: type(2) length(2) value, padded to 4 |
public enum STUN {
    public static let headerLength = 20
    public static let magicCookie: UInt32 = 0x2112_A442
    /// What FINGERPRINT's CRC-32 is XORed with (§14.7).
    public static let fingerprintMask: UInt32 = 0x5354_554E
    /// Header, XOR-MAPPED-ADDRESS for IPv6 or ERROR-CODE with UNKNOWN-ATTRIBUTES, FINGERPRINT.
    public static let maximumReplyLength = 64
    /// Larger requests are nobody's Binding request; bounds what a FINGERPRINT can make us hash.
    public static let maximumRequestLength = 1_280
    /// Attributes listed in a 420 at most, so that the answer never outgrows the request by much.
    public static let maximumUnknown = 8

    enum Attribute {
        static let mappedAddress: UInt16 = 0x0001
        static let username: UInt16 = 0x0006
        static let messageIntegrity: UInt16 = 0x0008
        static let errorCode: UInt16 = 0x0009
        static let unknownAttributes: UInt16 = 0x000A
        static let realm: UInt16 = 0x0014
        static let nonce: UInt16 = 0x0015
        static let messageIntegritySHA256: UInt16 = 0x001C
        static let passwordAlgorithm: UInt16 = 0x001D
        static let userHash: UInt16 = 0x001E
        static let xorMappedAddress: UInt16 = 0x0020
        static let priority: UInt16 = 0x0024
        static let useCandidate: UInt16 = 0x0025
        static let fingerprint: UInt16 = 0x8028

        /// Comprehension-required attributes that are known and change nothing here: all of RFC 8489 §18.3.1, be they
        /// credentials, which a server that authenticates nobody need not check, or out of place in a request, where
        /// they are ignored (§6.3), and ICE's (RFC 8445 §16.1).
        static func isTolerated(_ type: UInt16) -> Bool {
            switch type {
            case username, messageIntegrity, messageIntegritySHA256, userHash, realm, nonce, passwordAlgorithm: true
            case mappedAddress, xorMappedAddress, errorCode, unknownAttributes: true
            case priority, useCandidate: true
            default: false
            }
        }
    }

    public enum Request: Equatable, BitwiseCopyable, Sendable {
        /// Answer with success, or with 420 if `unknownCount` > 0.
        case binding(fingerprint: Bool, unknown: UnknownAttributes)
        /// Well-formed, but an indication, a response or another method: say nothing.
        case ignored
        /// Not STUN, or broken.
        case malformed
    }

    /// The first comprehension-required attribute types that are not understood, each once.
    public struct UnknownAttributes: Equatable, BitwiseCopyable, Sendable {
        public private(set) var count = 0
        private var types: SIMD8<UInt16> = .zero

        public init() {}

        public subscript(index: Int) -> UInt16 { types[index] }

        mutating func insert(_ type: UInt16) {
            guard count < STUN.maximumUnknown, !(0..<count).contains(where: { types[$0] == type }) else { return }
            types[count] = type
            count += 1
        }
    }

    /// Classifies a datagram whose first byte is 00.
    public static func parse(_ bytes: RawSpan) -> Request {
        guard (headerLength...maximumRequestLength).contains(bytes.byteCount), bytes.uint32(at: 4) == magicCookie
        else { return .malformed }
        let length = Int(bytes.uint16(at: 2))
        guard length % 4 == 0, length == bytes.byteCount - headerLength else { return .malformed }
        guard bytes.uint16(at: 0) == 0x0001 else { return .ignored }
        return parseAttributes(bytes)
    }

    private static func parseAttributes(_ bytes: RawSpan) -> Request {
        var unknown = UnknownAttributes()
        var authenticated = false
        var offset = headerLength
        while offset < bytes.byteCount {
            guard offset + 4 <= bytes.byteCount else { return .malformed }
            let type = bytes.uint16(at: offset)
            let length = Int(bytes.uint16(at: offset + 2))
            let next = offset + 4 + (length + 3) / 4 * 4
            guard next <= bytes.byteCount else { return .malformed }
            if type == Attribute.fingerprint {
                // §14.7: the last attribute, over everything before it.
                guard length == 4, next == bytes.byteCount,
                    bytes.uint32(at: offset + 4) == fingerprint(of: bytes.extracting(first: offset))
                else { return .malformed }
                return .binding(fingerprint: true, unknown: unknown)
            }
            // §14.5, §14.6: what follows a MESSAGE-INTEGRITY is not covered by it and must be ignored.
            if !authenticated, type < 0x8000, !Attribute.isTolerated(type) { unknown.insert(type) }
            authenticated =
                authenticated || type == Attribute.messageIntegrity || type == Attribute.messageIntegritySHA256
            offset = next
        }
        return .binding(fingerprint: false, unknown: unknown)
    }

    /// Whether this is a STUN response: it shares its first byte with Discover. The beacon sends no requests, so one
    /// that comes answers a request that somebody forged.
    @inlinable
    public static func isResponse(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= headerLength && bytes.uint32(at: 4) == magicCookie
            && bytes.byteCount == headerLength + Int(bytes.uint16(at: 2))
    }

    /// FINGERPRINT over `bytes`, whose length field already counts the attribute.
    public static func fingerprint(of bytes: RawSpan) -> UInt32 { CRC32.checksum(bytes) ^ fingerprintMask }
}
