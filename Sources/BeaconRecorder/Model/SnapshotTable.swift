/// A table of a snapshot file: what it is called, what it means, and its columns. The file carries all of this in its
/// table `about`, so that it explains itself.
public struct SnapshotTable: Sendable {
    public struct Column: Sendable {
        public var name: String
        public var type: ColumnType
        public var about: String
    }

    /// SQLite's storage classes.
    public enum ColumnType: String, Sendable {
        case integer = "INTEGER"
        case real = "REAL"
        case text = "TEXT"
        case blob = "BLOB"
    }

    public var name: String
    public var about: String
    public var columns: [Column]
    /// Of `columns`, the one that is unique; nil if none is.
    public var key: String?

    init(_ name: String, _ about: String, key: String? = nil, _ columns: [Column]) {
        self.name = name
        self.about = about
        self.key = key
        self.columns = columns
    }
}

extension SnapshotTable.Column {
    static func integer(_ name: String, _ about: String) -> Self { Self(name: name, type: .integer, about: about) }
    static func real(_ name: String, _ about: String) -> Self { Self(name: name, type: .real, about: about) }
    static func text(_ name: String, _ about: String) -> Self { Self(name: name, type: .text, about: about) }
    static func blob(_ name: String, _ about: String) -> Self { Self(name: name, type: .blob, about: about) }
}
