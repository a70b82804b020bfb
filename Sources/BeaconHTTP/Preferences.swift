/// The members of an Accept or Accept-Encoding field with their weights (RFC 9110 §12.4.2).
public struct Preferences: Equatable, Sendable {
    /// In thousandths, by member in lower case without its parameters.
    private var weights: [String: Int] = [:]

    /// A member whose weight is not one counts as not acceptable.
    public init(_ members: [String]) {
        for member in members {
            let parts = Array(member.utf8).split(separator: UInt8(ascii: ";")).map { $0.trimmed }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.starts(with: "q=".utf8) }
            weights[name.opaqueText] = weight.map { Self.thousandths($0.dropFirst(2)) ?? 0 } ?? 1_000
        }
    }

    /// The weight given to exactly this name, 0–1000; nil when it is not listed.
    public func weight(_ name: String) -> Int? { weights[name] }

    /// `0`, `0.5`, `1.000`: at most three decimals, at most 1.
    private static func thousandths(_ text: ArraySlice<UInt8>) -> Int? {
        guard let first = text.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        let whole = first == UInt8(ascii: "1") ? 1_000 : 0
        let rest = text.dropFirst()
        guard let point = rest.first else { return whole }
        let decimals = rest.dropFirst()
        guard point == UInt8(ascii: "."), decimals.count <= 3, decimals.allSatisfy(\.isDigit) else { return nil }
        let padded = decimals.opaqueText + String(repeating: "0", count: 3 - decimals.count)
        let value = whole + Int(padded)!
        return value <= 1_000 ? value : nil
    }
}
