/// A host, by literal address or by name, and a port from 1 to 65535. Not resolved.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets, or a DNS name.
    public let host: String
    public let port: UInt16

    /// `203.0.113.5:9001`, `[2001:db8::5]:9001` or `beacon.example:9001`; nil for anything else.
    public init?(_ text: String) {
        if let address = Address(text) {
            guard address.port != 0 else { return nil }
            host = address.hostText
            port = address.port
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(digits: text[text.index(after: colon)...]),
            port != 0, isHostName(text[..<colon])
        else { return nil }
        host = text[..<colon].lowercased()
        self.port = port
    }

    /// The address, if the host is a literal one.
    public var address: Address? { Address(host: host, port: port) }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A DNS host name (RFC 1123 §2.1): labels of letters, digits and inner hyphens, here also `_`, which container
/// networks use. A last label of digits alone is a mistyped address, not a name.
package func isHostName(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 253, let last = labels.last, !last.utf8.allSatisfy(isDigit) else { return false }
    return labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_")
            }
    }
}
