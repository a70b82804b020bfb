/// A request target (RFC 9112 §3.2), taken apart.
///
/// The path is split at "/" before its escapes are decoded, so that `%2F` is part of a segment and never a separator.
/// Dot segments are not resolved: nothing here is a file, and such a path matches no route.
public struct Target: Equatable, Sendable {
    public enum Form: Equatable, Sendable {
        /// `/stats?format=text`
        case origin
        /// `http://host/stats`: what is sent to a proxy, and what a server must understand (§3.2.2).
        case absolute(Authority)
        /// `*`, of OPTIONS only (§3.2.4).
        case asterisk
    }

    public struct QueryItem: Equatable, Sendable {
        public let name: String
        public let value: String
    }

    public let form: Form
    /// Decoded; none for "/" and for "*".
    public let segments: [String]
    /// Decoded, in order; "+" is a space, an item without "=" has an empty value.
    public let query: [QueryItem]

    init(_ text: ArraySlice<UInt8>, of method: Method) throws(RequestError) {
        if text.elementsEqual([UInt8(ascii: "*")]) {
            guard method == .options else { throw .bad("the target * belongs to OPTIONS alone") }
            (form, segments, query) = (.asterisk, [], [])
            return
        }
        let (form, local) = try Self.form(text)
        guard local.allSatisfy(\.isTargetByte) else { throw .bad("the request target has a byte that must be escaped") }
        self.form = form
        let mark = local.firstIndex(of: UInt8(ascii: "?")) ?? local.endIndex
        segments = try Self.segments(local[..<mark])
        query = try Self.items(local[mark...].dropFirst())
    }

    /// The values that the query gives to `name`.
    public func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

    private static func form(_ text: ArraySlice<UInt8>) throws(RequestError) -> (Form, ArraySlice<UInt8>) {
        if text.first == UInt8(ascii: "/") { return (.origin, text) }
        guard let rest = afterScheme(text) else { throw .bad("the request target is no path and no http URI") }
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        // RFC 9110 §4.2.1: an empty host identifier is invalid in an http URI.
        guard let authority = Authority(rest[..<end]), !authority.host.isEmpty else {
            throw .bad("the request target names no valid host")
        }
        return (.absolute(authority), rest[end...])
    }

    private static func afterScheme(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme = "http://".utf8
        guard text.count >= scheme.count, zip(text, scheme).allSatisfy({ $0.lowercased == $1 }) else { return nil }
        return text.dropFirst(scheme.count)
    }

    private static func segments(_ path: ArraySlice<UInt8>) throws(RequestError) -> [String] {
        let path = path.dropFirst()
        var segments: [String] = []
        guard !path.isEmpty else { return segments }
        for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try decoded(part, plusIsSpace: false))
        }
        return segments
    }

    private static func items(_ query: ArraySlice<UInt8>) throws(RequestError) -> [QueryItem] {
        var items: [QueryItem] = []
        for part in query.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let name = try decoded(part[..<equals], plusIsSpace: true)
            items.append(QueryItem(name: name, value: try decoded(part[equals...].dropFirst(), plusIsSpace: true)))
        }
        return items
    }

    /// Escapes resolved. Half an escape, a control byte and what is not UTF-8 are refused: nobody sends them by accident.
    private static func decoded(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) throws(RequestError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? .space : byte)
                continue
            }
            guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
                throw .bad("% in the request target is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        guard bytes.allSatisfy({ !$0.isControl }) else { throw .bad("an escaped control byte in the request target") }
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw .bad("the request target is not UTF-8")
        }
        return string
    }
}
