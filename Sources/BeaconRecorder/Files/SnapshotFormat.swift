/// What marks a SQLite file as a snapshot of ours, and the statements that make its tables.
enum SnapshotFormat {
    /// `PRAGMA application_id`: "Bcn1".
    static let applicationID: Int32 = 0x4263_6E31

    /// Creates every table; `samples` gets a column for each counter.
    static func schema(samples names: [String]) -> [String] {
        SnapshotTable.all.map { table in
            var columns = table.columns.map { column in
                let isKey = column.name == table.key
                return "\(quoted(column.name)) \(column.type.rawValue)\(isKey ? " PRIMARY KEY" : "")"
            }
            if table.name == SnapshotTable.samples.name { columns += names.map { "\(quoted($0)) INTEGER" } }
            return "CREATE TABLE \(quoted(table.name)) (\(columns.joined(separator: ", ")))"
        }
    }

    /// `REPLACE`: a node that has registered anew while the table was read may come twice, and the later one is true.
    static func insert(into table: SnapshotTable, more names: [String] = []) -> String {
        let columns = table.columns.map(\.name) + names
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        return
            "INSERT OR REPLACE INTO \(quoted(table.name)) (\(columns.map(quoted).joined(separator: ", "))) VALUES (\(marks))"
    }

    /// What the file says of itself.
    static var about: [[SnapshotCell]] {
        SnapshotTable.all.flatMap { table in
            [[.text(table.name), .text(""), .text(table.about)]]
                + table.columns.map { [.text(table.name), .text($0.name), .text($0.about)] }
        }
    }

    /// Names are the program's own; they are quoted all the same.
    private static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}
