import BeaconBasics

/// Datagrams that a beacon's control plane must drop: random bytes, and real ones that were recorded and spoilt.
///
/// What is known of the real ones, written apart from the beacon's own encoder: the version is byte 1, the key's id bytes
/// 2 and 3, and all of a datagram is sealed.
public struct Garbage: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case random
        /// One bit of a real one is wrong.
        case flipped
        /// A real one, as it was.
        case replayed
        case truncated
        case otherVersion = "other_version"
        case otherKey = "other_key"
    }

    /// Bytes of the longest.
    public static let longest = 1_472

    private let recorded: [[UInt8]]
    private let kinds: [Kind]
    private var dice: SeededRandom
    /// How many of each were written, by `Kind.allCases`.
    public private(set) var written = [UInt64](repeating: 0, count: Kind.allCases.count)

    /// - Parameter recorded: Real datagrams, of which those too short or too long are left out. Without any, all is random.
    public init(recorded: [[UInt8]], seed: UInt64) {
        self.recorded = recorded.filter { (8...Self.longest).contains($0.count) }
        kinds = self.recorded.isEmpty ? [.random] : Kind.allCases
        dice = SeededRandom(seed: seed)
    }

    /// Writes the next; its length.
    public mutating func write(to bytes: inout MutableRawSpan) -> Int {
        let index = below(kinds.count)
        written[index] &+= 1
        if kinds[index] == .random { return writeRandom(to: &bytes) }
        let sample = recorded[below(recorded.count)]
        for (offset, byte) in sample.enumerated() { bytes.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self) }
        switch kinds[index] {
        case .flipped:
            let offset = below(sample.count)
            let bit = UInt8(1) << UInt8(below(8))
            bytes.storeBytes(of: sample[offset] ^ bit, toByteOffset: offset, as: UInt8.self)
        case .otherVersion: change(sample, at: 1, &bytes)
        case .otherKey: change(sample, at: 2 + below(2), &bytes)
        case .truncated: return below(sample.count)
        case .random, .replayed: break
        }
        return sample.count
    }

    private mutating func writeRandom(to bytes: inout MutableRawSpan) -> Int {
        let length = below(Self.longest + 1)
        for offset in stride(from: 0, to: length, by: 8) {
            let value = dice.next()
            for byte in 0..<min(8, length - offset) {
                bytes.storeBytes(
                    of: UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte))), toByteOffset: offset + byte,
                    as: UInt8.self)
            }
        }
        return length
    }

    private mutating func change(_ sample: [UInt8], at offset: Int, _ bytes: inout MutableRawSpan) {
        let change = UInt8(1 + below(255))
        bytes.storeBytes(of: sample[offset] ^ change, toByteOffset: offset, as: UInt8.self)
    }

    private mutating func below(_ limit: Int) -> Int { Int(dice.next() % UInt64(limit)) }
}
