/// Bytes from hex digits; blanks and `·` only separate fields for reading. Stops the test on anything else: a vector
/// with a slip in it proves nothing.
public func bytes(_ hex: String) -> [UInt8] {
    var digits: [UInt8] = []
    for character in hex where !character.isWhitespace && character != "·" {
        guard let digit = character.hexDigitValue else { preconditionFailure("not hex: \(hex)") }
        digits.append(UInt8(digit))
    }
    precondition(digits.count % 2 == 0, "half a byte: \(hex)")
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Lower-case hex digits without blanks.
public func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension RandomNumberGenerator {
    /// `count` random bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count + 7)
        while out.count < count {
            withUnsafeBytes(of: next()) { out.append(contentsOf: $0) }
        }
        out.removeLast(out.count - count)
        return out
    }
}
