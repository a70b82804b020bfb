/// How much is kept of the past. The newest snapshot stays whatever it takes; older ones are compressed, and the oldest
/// go until the rest fits.
public struct SnapshotRetention: Equatable, Sendable {
    /// Files; at least 1.
    public var count: Int
    /// All of them together.
    public var bytes: Int64

    public init(count: Int = 96, bytes: Int64 = 1 << 30) {
        self.count = max(1, count)
        self.bytes = bytes
    }

    /// Those that have to go, of all that there are in any order.
    public func surplus(_ files: [SnapshotFile]) -> [SnapshotFile] {
        let newestFirst = Self.newestFirst(files)
        var total: Int64 = 0
        for (index, file) in newestFirst.enumerated() {
            total += file.bytes
            if index > 0, index >= count || total > bytes { return Array(newestFirst[index...]) }
        }
        return []
    }

    /// Those that are to be compressed.
    public static func compressible(_ files: [SnapshotFile]) -> [SnapshotFile] {
        newestFirst(files).dropFirst().filter { !$0.isCompressed }
    }

    static func newestFirst(_ files: [SnapshotFile]) -> [SnapshotFile] {
        files.sorted { ($0.name.milliseconds, $0.file) > ($1.name.milliseconds, $1.file) }
    }
}
