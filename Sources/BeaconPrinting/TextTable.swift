/// Rows of cells in aligned columns, two spaces between them: the first column to the left, the others to the right.
public struct TextTable: Sendable {
    private var rows: [[String]]

    public init(header: [String]? = nil) { rows = header.map { [$0] } ?? [] }

    public mutating func add(_ row: [String]) { rows.append(row) }

    public var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { Self.line($0, widths) + "\n" }.joined()
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = row.enumerated().map { column, cell in
            let padding = String(repeating: " ", count: widths[column] - cell.count)
            return column == 0 ? cell + padding : padding + cell
        }
        var line = cells.joined(separator: "  ")
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
