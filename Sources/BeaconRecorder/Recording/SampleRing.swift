import BeaconBasics

/// One reading of all counters a second, for the last 15 minutes, in memory that is set aside once: names are fixed with
/// the first reading. For one thread at a time.
public struct SampleRing: ~Copyable {
    /// 15 minutes.
    public static let seconds = 900

    private let names: [String]
    private let capacity: Int
    private let memory: ZeroedMemory
    private var next = 0
    private var count = 0

    public init(names: [String], capacity: Int = SampleRing.seconds) {
        precondition(capacity > 0)
        self.names = names
        self.capacity = capacity
        memory = ZeroedMemory(byteCount: capacity * (names.count + 1) * 8)
    }

    /// - Parameter time: Unix seconds.
    /// - Parameter values: one for each name, in order; a wrong number of them is a mistake of the caller.
    public mutating func add(_ values: [UInt64], time: Double) {
        precondition(values.count == names.count, "a sample has a value for each name")
        let row = row(next)
        row[0] = time.bitPattern
        for (index, value) in values.enumerated() { row[index + 1] = value }
        next = (next + 1) % capacity
        count = min(count + 1, capacity)
    }

    public var samples: SnapshotSamples {
        let oldest = (next + capacity - count) % capacity
        return SnapshotSamples(
            names: names,
            rows: (0..<count).map { offset in
                let row = row((oldest + offset) % capacity)
                return .init(time: Double(bitPattern: row[0]), values: (1...names.count).map { row[$0] })
            })
    }

    private func row(_ index: Int) -> UnsafeMutablePointer<UInt64> {
        memory.base.assumingMemoryBound(to: UInt64.self) + index * (names.count + 1)
    }
}
