/// A report as aligned text for people: the names of the JSON, nested ones joined by dots.
///
/// Single values are lines of name and value. A list of objects is a table under its name, one line each; lists whose
/// objects have many fields are turned on their side, one column each, so that lines stay readable.
struct PlainText {
    private static let widestTable = 14

    /// Runs of lines and tables, to be separated by empty lines.
    private var blocks: [String] = []
    private var lines: [[String]] = []

    static func bytes(_ report: Report) -> [UInt8] {
        var text = PlainText()
        text.add(report, name: "")
        text.flush()
        return Array(text.blocks.joined(separator: "\n").utf8)
    }

    private mutating func add(_ report: Report, name: String) {
        switch report {
        case .object(let members):
            for member in members { add(member.value, name: Self.join(name, member.name)) }
        case .array(let items) where items.contains(where: \.isObject):
            flush()
            addTable(items, name: name)
        default: lines.append([name, report.word])
        }
    }

    private mutating func addTable(_ items: [Report], name: String) {
        let rows = items.map { $0.words(prefix: "") }
        let names = rows.first?.map(\.name) ?? []
        let columns = rows.map { row in row.map(\.word) }
        if names.count <= Self.widestTable {
            lines = [names] + columns
        } else {
            lines = names.indices.map { i in [names[i]] + columns.map { i < $0.count ? $0[i] : "" } }
        }
        flush(title: name + "\n", indent: "  ")
    }

    /// Makes a block of the lines gathered so far, their columns aligned.
    private mutating func flush(title: String = "", indent: String = "") {
        guard !lines.isEmpty else { return }
        var out = title
        let widths = columnWidths
        for line in lines {
            out += indent
            for (column, word) in line.enumerated() {
                out += word
                guard column + 1 < line.count else { continue }
                out += String(repeating: " ", count: widths[column] + 2 - word.unicodeScalars.count)
            }
            out += "\n"
        }
        lines = []
        blocks.append(out)
    }

    private var columnWidths: [Int] {
        lines.reduce(into: []) { widths, line in
            for (column, word) in line.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], word.unicodeScalars.count)
            }
        }
    }

    fileprivate static func join(_ prefix: String, _ name: String) -> String {
        prefix.isEmpty ? name : "\(prefix).\(name)"
    }
}

extension Report {
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }

    /// On one line, without white space at its ends and never empty, so that columns stay columns.
    fileprivate var word: String {
        switch self {
        case .string(let text): text.isEmpty ? "\"\"" : Self.escaped(text)
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .bool(let value): value ? "yes" : "no"
        case .null: "-"
        case .array(let items): items.isEmpty ? "none" : items.map(\.word).joined(separator: ", ")
        case .object(let members), .inline(let members):
            members.isEmpty ? "none" : members.map { "\($0.name)=\($0.value.word)" }.joined(separator: " ")
        }
    }

    /// The single values below this one with their dotted names.
    func words(prefix: String) -> [(name: String, word: String)] {
        guard case .object(let members) = self else { return [(prefix, word)] }
        return members.flatMap { $0.value.words(prefix: PlainText.join(prefix, $0.name)) }
    }

    /// Without control characters: text from outside must not move a terminal's cursor.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return text.unicodeScalars.map {
            $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0)
        }.joined()
    }
}
