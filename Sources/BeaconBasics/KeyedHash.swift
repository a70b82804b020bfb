/// A fast keyed hash for tables whose keys strangers choose: without the key, nobody can aim many of them at one
/// bucket. Two rounds of 64×64→128-bit multiplication folded by XOR ("folded multiply"), not a cryptographic MAC.
public struct KeyedHash: BitwiseCopyable, Sendable {
    @usableFromInline let k0: UInt64
    @usableFromInline let k1: UInt64

    /// Keys come from outside: the system's generator in the server, a seed in tests.
    @inlinable
    public init(k0: UInt64, k1: UInt64) {
        self.k0 = k0
        self.k1 = k1
    }

    public init(using dice: inout some RandomNumberGenerator) {
        self.init(k0: dice.next(), k1: dice.next() | 1)
    }

    @inlinable @inline(__always)
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inlinable @inline(__always)
    public func callAsFunction(_ value: UInt64) -> UInt64 {
        Self.fold(Self.fold(value ^ k0, 0x9E37_79B9_7F4A_7C15) ^ k1, 0xD6E8_FEB8_6659_FD93 ^ k0)
    }

    @inlinable @inline(__always)
    public func callAsFunction(_ address: Address) -> UInt64 {
        let tail = UInt64(address.scope) << 16 | UInt64(address.port)
        return self(address.high ^ self(address.low ^ self(tail)))
    }
}
