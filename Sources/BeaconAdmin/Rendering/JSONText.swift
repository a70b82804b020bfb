/// A report as JSON (RFC 8259): two spaces a level, members in the report's order, a line end at the end.
enum JSONText {
    static func bytes(_ report: Report) -> [UInt8] {
        var out: [UInt8] = []
        write(report, indent: 0, to: &out)
        out.append(UInt8(ascii: "\n"))
        return out
    }

    private static func write(_ report: Report, indent: Int, to out: inout [UInt8]) {
        switch report {
        case .object(let members):
            list(members, "{", "}", indent, &out) { member, out in
                write(member.name, to: &out)
                out += ": ".utf8
                write(member.value, indent: indent + 2, to: &out)
            }
        case .array(let items):
            list(items, "[", "]", indent, &out) { item, out in write(item, indent: indent + 2, to: &out) }
        case .string(let text): write(text, to: &out)
        case .integer(let value): out += "\(value)".utf8
        // JSON has no word for infinity and the like.
        case .double(let value): out += (value.isFinite ? "\(value)" : "null").utf8
        case .bool(let value): out += "\(value)".utf8
        case .null: out += "null".utf8
        }
    }

    private static func list<Item>(
        _ items: [Item], _ open: String, _ close: String, _ indent: Int, _ out: inout [UInt8],
        _ write: (Item, inout [UInt8]) -> Void
    ) {
        out += open.utf8
        for (index, item) in items.enumerated() {
            out += (index == 0 ? "\n" : ",\n").utf8
            out += repeatElement(UInt8(ascii: " "), count: indent + 2)
            write(item, &out)
        }
        if !items.isEmpty {
            out.append(UInt8(ascii: "\n"))
            out += repeatElement(UInt8(ascii: " "), count: indent)
        }
        out += close.utf8
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
