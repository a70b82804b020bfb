extension Address: CustomStringConvertible {
    /// `203.0.113.5:9001` or `[2001:db8::5]:9001` (RFC 5952), with `%scope` when there is one.
    public var description: String { isIPv4 ? "\(hostText):\(port)" : "[\(hostText)]:\(port)" }

    /// The address alone: `203.0.113.5`, `2001:db8::5`, `fe80::1%2`.
    public var hostText: String {
        if isIPv4 {
            return "\(ipv4 >> 24).\(ipv4 >> 16 & 255).\(ipv4 >> 8 & 255).\(ipv4 & 255)"
        }
        let text = Self.compress(groups)
        return scope == 0 ? text : "\(text)%\(scope)"
    }

    private var groups: [UInt16] {
        (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - UInt64($0 % 4) * 16)) }
    }

    /// RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals, becomes `::`.
    private static func compress(_ groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func hex(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        return best.isEmpty
            ? hex(groups[...]) : hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }

    /// `host:port` with a literal IPv4 address or an IPv6 one in brackets; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        self.init(host: String(host), port: port)
    }

    /// A literal IPv4 or IPv6 address without brackets, with a numeric `%scope` or none.
    public init?(host: String, port: UInt16 = 0) {
        if host.contains(":") {
            self.init(ipv6: host, port: port)
        } else {
            guard let ip = Self.ipv4(host[...]) else { return nil }
            self.init(ipv4: ip, port: port)
        }
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt16(text)
    }

    /// Four decimal parts, no leading zeros: "010.0.0.1" means different things to different readers.
    private static func ipv4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var ip: UInt32 = 0
        for part in parts {
            guard let value = port(part), value < 256, part.count == 1 || part.first != "0" else { return nil }
            ip = ip << 8 | UInt32(value)
        }
        return ip
    }

    private init?(ipv6 text: String, port: UInt16) {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        var scope: UInt32 = 0
        if parts.count == 2 {
            // Digits only: UInt32 alone would take "+2" too.
            guard parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = UInt32(parts[1]) else {
                return nil
            }
            scope = number
        }
        guard let groups = Self.groups(parts[0]) else { return nil }
        let high = groups[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        self.init(high: high, low: low, scope: scope, port: port)
        if scope != 0, isIPv4 || !isLinkLocal { return nil }
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = half(halves[0], last: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return head.count == 8 ? head : nil }
        guard let tail = half(halves[1], last: true), head.count + tail.count <= 7 else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func half(_ text: Substring, last: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if last, index == parts.count - 1, part.contains(".") {
                guard let ip = ipv4(part) else { return nil }
                groups += [UInt16(ip >> 16), UInt16(ip & 0xFFFF)]
            } else {
                guard (1...4).contains(part.count), part.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                    let value = UInt16(part, radix: 16)
                else { return nil }
                groups.append(value)
            }
        }
        return groups
    }
}
