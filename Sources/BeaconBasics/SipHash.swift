/// SipHash-2-4 (Aumasson and Bernstein 2012): a 64-bit authenticator of short messages under a 128-bit key, about 25 ns
/// for a mesh frame's header and prefix. Nobody without the key can tell its values from random ones.
///
/// Fed word by word, so that a message that lies in pieces needs no copy: whole little-endian words by `combine`, then
/// the rest by `finalize`. Allocates nothing.
public struct SipHash: BitwiseCopyable, Sendable {
    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64
    @usableFromInline var wordCount: UInt64 = 0

    /// The key's first and last eight bytes as little-endian numbers.
    @inlinable @inline(__always)
    public init(k0: UInt64, k1: UInt64) {
        v0 = k0 ^ 0x736F_6D65_7073_6575
        v1 = k1 ^ 0x646F_7261_6E64_6F6D
        v2 = k0 ^ 0x6C79_6765_6E65_7261
        v3 = k1 ^ 0x7465_6462_7974_6573
    }

    /// The next eight bytes of the message, the first of them lowest.
    @inlinable @inline(__always)
    public mutating func combine(_ word: UInt64) {
        wordCount &+= 1
        absorb(word)
    }

    /// Ends the message with its last `count` bytes, 0 … 7, the first of them lowest; the bits above are 0.
    @inlinable @inline(__always)
    public consuming func finalize(tail: UInt64 = 0, count: Int = 0) -> UInt64 {
        let length = wordCount &* 8 &+ UInt64(truncatingIfNeeded: count)
        absorb(tail | length << 56)
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    /// The authenticator of a message that lies in one piece.
    @inlinable
    public static func hash(_ bytes: RawSpan, k0: UInt64, k1: UInt64) -> UInt64 {
        SipHash(k0: k0, k1: k1).finalize(bytes)
    }

    /// Ends the message with `bytes`, whole.
    @inlinable
    public consuming func finalize(_ bytes: RawSpan) -> UInt64 {
        var offset = 0
        while bytes.byteCount &- offset >= 8 {
            combine(UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset &+= 8
        }
        var tail: UInt64 = 0
        for position in offset..<bytes.byteCount {
            let byte = bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt8.self)
            tail |= UInt64(byte) << UInt64((position &- offset) &* 8)
        }
        return finalize(tail: tail, count: bytes.byteCount &- offset)
    }

    @inlinable @inline(__always)
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inlinable @inline(__always)
    mutating func round() {
        v0 &+= v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 &+= v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 &+= v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 &+= v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }
}
