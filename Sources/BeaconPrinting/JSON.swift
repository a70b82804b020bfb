/// A JSON value whose members keep their order, so that two results can be compared line by line (RFC 8259).
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Written with at most three decimals; `null` if it is not finite.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])

    /// An integer of any width; beyond 64 signed bits it is written as the largest of those.
    public static func int(_ value: some BinaryInteger) -> JSON { .integer(Int64(clamping: value)) }

    /// `null` for what is not known.
    public static func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

    /// Two spaces a level, a line for each member, a line feed at the end.
    public var text: String {
        var out = ""
        write(to: &out, indent: "")
        return out + "\n"
    }

    /// On one line, without a line feed.
    public var line: String {
        switch self {
        case .array(let values): return "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            let pairs = members.map { name, value in
                var key = ""
                Self.write(name, to: &key)
                return key + ":" + value.line
            }
            return "{" + pairs.joined(separator: ",") + "}"
        default:
            var out = ""
            write(to: &out, indent: "")
            return out
        }
    }

    private func write(to out: inout String, indent: String) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .integer(let value): out += String(value)
        case .number(let value): out += value.isFinite ? decimal(value, digits: 3, trimmed: true) : "null"
        case .string(let value): Self.write(value, to: &out)
        case .array(let values): Self.write(values.map { (nil, $0) }, in: ("[", "]"), to: &out, indent)
        case .object(let members): Self.write(members.map { ($0.0, $0.1) }, in: ("{", "}"), to: &out, indent)
        }
    }

    private static func write(
        _ members: [(String?, JSON)], in brackets: (String, String), to out: inout String, _ indent: String
    ) {
        out += brackets.0
        for (index, (name, value)) in members.enumerated() {
            out += (index == 0 ? "\n" : ",\n") + indent + "  "
            if let name {
                write(name, to: &out)
                out += ": "
            }
            value.write(to: &out, indent: indent + "  ")
        }
        out += (members.isEmpty ? "" : "\n" + indent) + brackets.1
    }

    /// RFC 8259 §7: quotes, backslashes and control characters are escaped.
    private static func write(_ string: String, to out: inout String) {
        out += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}

extension JSON {
    /// The leaves as (dotted name, text for people): the text form of a result has the names of its JSON form.
    public var leaves: [(String, String)] { leaves(under: "") }

    private func leaves(under path: String) -> [(String, String)] {
        switch self {
        case .object(let members): members.flatMap { $0.1.leaves(under: path.isEmpty ? $0.0 : "\(path).\($0.0)") }
        case .array(let values): values.enumerated().flatMap { $0.element.leaves(under: "\(path)[\($0.offset)]") }
        case .null: [(path, "-")]
        case .bool(let value): [(path, value ? "yes" : "no")]
        case .integer(let value): [(path, grouped(value))]
        case .number(let value): [(path, value.isFinite ? decimal(value, digits: 3, trimmed: true) : "-")]
        case .string(let value): [(path, value)]
        }
    }
}
