import BeaconBasics

extension JSONReader {
    /// The rest of a string whose opening quote was taken.
    mutating func string() throws(Failure) -> String {
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += String(try escaped()).utf8
            case 0..<0x20: throw failure("a string has a bare control character")
            default: text.append(byte)
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escaped() throws(Failure) -> Unicode.Scalar {
        guard let byte = peek else { throw failure("a string does not end") }
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return Unicode.Scalar(byte)
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try unicodeEscape()
        default: throw failure("a string has an unknown escape")
        }
    }

    /// RFC 8259 §7: four hex digits, or two such escapes for a scalar beyond the first plane.
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let first = try hex4()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, bytes[position...].starts(with: Array("\\u".utf8)) else {
            throw failure("a string has half a surrogate pair")
        }
        position += 2
        let second = try hex4()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure("a string has half a surrogate pair") }
        return scalar
    }

    private mutating func hex4() throws(Failure) -> UInt32 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("a string has a \\u without four hex digits") }
        position += 4
        return value
    }
}

/// RFC 8259 §6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
func isJSONNumber(_ text: String.UTF8View) -> Bool {
    var rest = text[...]
    func digits() -> Int {
        let count = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(count)
        return count
    }
    func take(_ allowed: String) -> Bool {
        guard let first = rest.first, allowed.utf8.contains(first) else { return false }
        rest = rest.dropFirst()
        return true
    }
    _ = take("-")
    if !take("0"), digits() == 0 { return false }
    if take("."), digits() == 0 { return false }
    if take("eE") {
        _ = take("+-")
        if digits() == 0 { return false }
    }
    return rest.isEmpty
}
