/// Which of the latest counters of a sender have been seen (RFC 6479): a ring of 64-bit words, so that moving on clears
/// whole words. Counters may arrive in any order within `width` of the highest; what is older counts as seen.
///
/// One word more than the width needs, so that the word being filled never stands for two ranges.
public struct ReplayWindow<let words: Int>: Sendable {
    private var bits = InlineArray<words, UInt64>(repeating: 0)
    /// The highest counter taken, plus one; 0 = none yet.
    private var next: UInt64 = 0

    public static var width: UInt64 { UInt64(words - 1) * 64 }

    public init() {}

    /// Whether `counter` is neither seen nor too old. Counters are at most 48 bits.
    public func isFresh(_ counter: UInt64) -> Bool {
        if counter >= next { return true }
        guard next - counter <= Self.width else { return false }
        return bits[Self.word(counter)] & Self.bit(counter) == 0
    }

    /// Marks a counter, of an authenticated record alone.
    public mutating func mark(_ counter: UInt64) {
        if counter >= next { moveOn(to: counter) }
        bits[Self.word(counter)] |= Self.bit(counter)
    }

    private mutating func moveOn(to counter: UInt64) {
        let last = next == 0 ? 0 : (next - 1) / 64
        let steps = min(counter / 64 - last, UInt64(words))
        for step in 0..<steps { bits[Int((last + 1 + step) % UInt64(words))] = 0 }
        next = counter + 1
    }

    private static func word(_ counter: UInt64) -> Int { Int(counter / 64 % UInt64(words)) }
    private static func bit(_ counter: UInt64) -> UInt64 { 1 << (counter % 64) }
}
