/// A report as JSON (RFC 8259), members in the report's order.
enum JSONText {
    /// Two spaces a level, a line end at the end.
    static func bytes(_ report: Report) -> [UInt8] {
        var out: [UInt8] = []
        write(report, indent: 0, to: &out)
        out.append(UInt8(ascii: "\n"))
        return out
    }

    /// Without any line end, whatever the texts in it hold.
    static func line(_ report: Report) -> [UInt8] {
        var out: [UInt8] = []
        write(report, indent: nil, to: &out)
        return out
    }

    /// `indent`: of the present level; nil = all in one line.
    private static func write(_ report: Report, indent: Int?, to out: inout [UInt8]) {
        let inner = indent.map { $0 + 2 }
        switch report {
        case .object(let members), .inline(let members):
            list(members, "{", "}", indent, &out) { member, out in
                write(member.name, to: &out)
                out += (indent == nil ? ":" : ": ").utf8
                write(member.value, indent: inner, to: &out)
            }
        case .array(let items):
            list(items, "[", "]", indent, &out) { item, out in write(item, indent: inner, to: &out) }
        case .string(let text): write(text, to: &out)
        case .integer(let value): out += "\(value)".utf8
        // JSON has no word for infinity and the like.
        case .double(let value): out += (value.isFinite ? "\(value)" : "null").utf8
        case .bool(let value): out += "\(value)".utf8
        case .null: out += "null".utf8
        }
    }

    private static func list<Item>(
        _ items: [Item], _ open: String, _ close: String, _ indent: Int?, _ out: inout [UInt8],
        _ write: (Item, inout [UInt8]) -> Void
    ) {
        out += open.utf8
        for (index, item) in items.enumerated() {
            if index > 0 { out += ",".utf8 }
            if let indent { breakLine(indent + 2, &out) }
            write(item, &out)
        }
        if !items.isEmpty, let indent { breakLine(indent, &out) }
        out += close.utf8
    }

    private static func breakLine(_ indent: Int, _ out: inout [UInt8]) {
        out.append(UInt8(ascii: "\n"))
        out += repeatElement(UInt8(ascii: " "), count: indent)
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): out += "\\n".utf8
            case ..<0x20: out += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
