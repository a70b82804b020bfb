/// All counters and gauges, once a second: a table with a row a second and a column a counter. Counters are totals since
/// start: a rate is the difference of two rows over that of their times.
public struct SnapshotSamples: Equatable, Sendable {
    public struct Row: Equatable, Sendable {
        /// Unix seconds.
        public var time: Double
        /// One for each of `names`.
        public var values: [UInt64]

        public init(time: Double, values: [UInt64]) {
            self.time = time
            self.values = values
        }
    }

    /// Those of `Snapshot.counters`, in the same order.
    public var names: [String] = []
    /// Oldest first.
    public var rows: [Row] = []

    public init(names: [String] = [], rows: [Row] = []) {
        self.names = names
        self.rows = rows
    }

    /// One counter over time; empty if there is none of that name.
    public func series(_ name: String) -> [(time: Double, value: UInt64)] {
        guard let column = names.firstIndex(of: name) else { return [] }
        return rows.map { ($0.time, $0.values[column]) }
    }
}
