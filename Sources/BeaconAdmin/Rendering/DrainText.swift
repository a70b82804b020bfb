/// A drain as a stream: JSON, one line each, or for people a table that grows by a line each, with the names that
/// `/drain` has in text.
enum DrainText {
    static func contentType(_ format: Format) -> String {
        format == .text ? format.contentType : "application/x-ndjson"
    }

    /// What a line of the table shows. The blockers are last: they may be long.
    private static let columns = [
        "state", "left_seconds", "nodes.left", "nodes.moved", "nodes.expired", "nodes.refused", "active_pairs",
        "frames.forwarded", "frames.repeated", "frames.doubtful", "frames.lost", "blockers",
    ]

    static func opening(_ format: Format) -> [UInt8] { format == .text ? row(columns) : [] }

    static func line(_ status: DrainStatus, _ format: Format) -> [UInt8] {
        let report = Report.drain(status)
        guard format == .text else { return JSONText.line(report) + [UInt8(ascii: "\n")] }
        let words = report.words(prefix: "")
        return row(columns.map { column in words.first { $0.name == column }?.word ?? "-" })
    }

    /// A column is as wide as its name: nothing is known of the lines to come.
    private static func row(_ words: [String]) -> [UInt8] {
        var line = ""
        for (word, column) in zip(words, columns) {
            line += word
            guard column != columns.last else { continue }
            line += String(repeating: " ", count: max(0, max(column.count, 8) - word.count) + 2)
        }
        return Array((line + "\n").utf8)
    }
}
