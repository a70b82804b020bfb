import BeaconBasics

/// Reads one JSON text. Total: any bytes give a value or an error, in linear time and bounded depth.
public struct JSONReader {
    public struct Failure: Error, Equatable {
        /// From 1.
        public let line: Int
        public let reason: String
    }

    /// Nesting that is still read; protects the stack.
    public static let maximumDepth = 32

    let bytes: [UInt8]
    var position = 0
    private var line = 1

    /// The value of a whole text. A leading byte order mark is ignored (RFC 8259 §8.1 allows that).
    public static func read(_ bytes: [UInt8]) throws(Failure) -> JSON {
        var reader = JSONReader(bytes: bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.peek == nil else { throw reader.failure("something follows the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    func failure(_ reason: String) -> Failure { Failure(line: line, reason: reason) }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    /// Skips space, then takes `byte` if it comes next.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth <= Self.maximumDepth else { throw failure("nested too deeply") }
        if take("{") { return .object(try members(depth: depth + 1)) }
        if take("[") { return .array(try elements(depth: depth + 1)) }
        if take("\"") { return .string(try string()) }
        return try word()
    }

    private mutating func members(depth: Int) throws(Failure) -> [JSON.Member] {
        var members: [JSON.Member] = []
        if take("}") { return members }
        repeat {
            guard take("\"") else { throw failure("expected a key in double quotes") }
            let (keyLine, key) = (line, try string())
            guard take(":") else { throw failure("expected ':' after the key \(quoted(key))") }
            members.append(JSON.Member(key: key, value: try value(depth: depth), line: keyLine))
        } while take(",")
        guard take("}") else { throw failure("expected ',' or '}' after a value") }
        return members
    }

    private mutating func elements(depth: Int) throws(Failure) -> [JSON] {
        var elements: [JSON] = []
        if take("]") { return elements }
        repeat { elements.append(try value(depth: depth)) } while take(",")
        guard take("]") else { throw failure("expected ',' or ']' after a value") }
        return elements
    }

    /// A number, or one of the three words.
    private mutating func word() throws(Failure) -> JSON {
        let start = position
        while let byte = peek, isWordByte(byte) { position += 1 }
        switch String(decoding: bytes[start..<position], as: UTF8.self) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case let text where isJSONNumber(text.utf8): return .number(text)
        case "": throw failure(peek == nil ? "the text ends too early" : "expected a value")
        case let text: throw failure("\(quoted(text)) is not a JSON value")
        }
    }
}

private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E: true
    default: false
    }
}
