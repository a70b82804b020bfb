/// `uri-host [ ":" port ]` of a Host field or an absolute request target (RFC 9110 §7.2).
public struct Authority: Equatable, Sendable {
    /// A name in lower case, an IPv4 address, or an IPv6 address without its brackets. May be empty.
    public let host: String
    /// nil when none was given.
    public let port: UInt16?

    /// nil unless the text is of that form. User information and escapes are not accepted.
    public init?(_ text: String) { self.init(Array(text.utf8)[...]) }

    init?(_ text: ArraySlice<UInt8>) {
        let (host, rest): (ArraySlice<UInt8>, ArraySlice<UInt8>)
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            (host, rest) = (text[(text.startIndex + 1)..<end], text[(end + 1)...])
            guard host.contains(UInt8(ascii: ":")), host.allSatisfy(Self.isAddressByte) else { return nil }
        } else {
            let end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
            (host, rest) = (text[..<end], text[end...])
            guard host.allSatisfy(\.isNameByte) else { return nil }
        }
        guard let port = Self.port(rest) else { return nil }
        self.host = host.map(\.lowercased).opaqueText
        self.port = port
    }

    /// IPv6 addresses, IPv4 in their tail, and a zone (RFC 6874).
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%") || byte.isNameByte
    }

    /// Nothing or ":" (no port), or ":" and a number; the outer nil is a mistake.
    private static func port(_ text: ArraySlice<UInt8>) -> UInt16?? {
        guard let colon = text.first else { return .some(nil) }
        let digits = text.dropFirst()
        guard colon == UInt8(ascii: ":"), digits.allSatisfy(\.isDigit) else { return nil }
        if digits.isEmpty { return .some(nil) }
        guard let port = UInt16(digits.opaqueText) else { return nil }
        return .some(port)
    }
}
