/// A reader's copy of one shard's counters (or of the sum of all shards). All count from the start of the process.
public struct CounterSnapshot: Equatable, Sendable {
    /// Datagrams and payload bytes received, by `ReceivedKind.rawValue`.
    public var receivedPackets = [UInt64](repeating: 0, count: ReceivedKind.count)
    public var receivedBytes = [UInt64](repeating: 0, count: ReceivedKind.count)
    /// Datagrams and payload bytes that the kernel took, by `SentKind.rawValue`.
    public var sentPackets = [UInt64](repeating: 0, count: SentKind.count)
    public var sentBytes = [UInt64](repeating: 0, count: SentKind.count)
    /// Datagrams by what became of them, by `Outcome.rawValue`.
    public var outcomes = [UInt64](repeating: 0, count: Outcome.count)
    /// System calls: recvmmsg that brought something, sendmmsg.
    public var receiveCalls: UInt64 = 0
    public var sendCalls: UInt64 = 0
    /// Messages sent with UDP_SEGMENT, and receive buffers that held more than one datagram (UDP_GRO).
    public var segmentedSends: UInt64 = 0
    public var coalescedReceives: UInt64 = 0
    /// Times that a busy shard let datagrams gather before it received again.
    public var receivePauses: UInt64 = 0
    /// Frames that nodes may have missed by moving to another beacon, and such as they have missed, that were not repeated.
    public var framesDoubtful: UInt64 = 0
    public var framesLost: UInt64 = 0
    /// Receive batches by how many datagrams they brought: ≤ 1, 2, 4, … 64, more (`CounterSnapshot.buckets`).
    public var batchSizes = [UInt64](repeating: 0, count: CounterSnapshot.bucketCount)
    /// Sent messages by how many datagrams they carried, same buckets.
    public var runLengths = [UInt64](repeating: 0, count: CounterSnapshot.bucketCount)

    /// How long datagrams stayed here, from the kernel's receive timestamp to the end of the send; sampled. Bounds in
    /// `residenceBounds`.
    public var residence = [UInt64](repeating: 0, count: CounterSnapshot.bucketCount)
    /// Nanoseconds of all samples together.
    public var residenceSum: UInt64 = 0

    /// Upper bounds of `residence` in nanoseconds; one more bucket takes the rest.
    public static let residenceBounds: [UInt64] = [
        10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
    ]

    /// Buckets of each histogram.
    @inlinable public static var bucketCount: Int { 8 }
    /// Upper bounds of `batchSizes` and `runLengths`; one more bucket takes the rest.
    public static let buckets: [UInt64] = [1, 2, 4, 8, 16, 32, 64]

    public init() {}

    public subscript(outcome: Outcome) -> UInt64 { outcomes[Int(outcome.rawValue)] }
    public func received(_ kind: ReceivedKind) -> UInt64 { receivedPackets[Int(kind.rawValue)] }
    public func sent(_ kind: SentKind) -> UInt64 { sentPackets[Int(kind.rawValue)] }

    /// All datagrams received; equals answered + forwarded + dropped.
    public var received: UInt64 { receivedPackets.reduce(0, +) }

    public func total(_ group: Outcome.Group) -> UInt64 {
        Outcome.allCases.reduce(0) { $1.group == group ? $0 + self[$1] : $0 }
    }

    public static func += (a: inout CounterSnapshot, b: CounterSnapshot) {
        func add(_ x: inout [UInt64], _ y: [UInt64]) { for i in x.indices { x[i] &+= y[i] } }
        add(&a.receivedPackets, b.receivedPackets)
        add(&a.receivedBytes, b.receivedBytes)
        add(&a.sentPackets, b.sentPackets)
        add(&a.sentBytes, b.sentBytes)
        add(&a.outcomes, b.outcomes)
        add(&a.batchSizes, b.batchSizes)
        add(&a.runLengths, b.runLengths)
        add(&a.residence, b.residence)
        a.residenceSum &+= b.residenceSum
        a.receiveCalls &+= b.receiveCalls
        a.sendCalls &+= b.sendCalls
        a.segmentedSends &+= b.segmentedSends
        a.coalescedReceives &+= b.coalescedReceives
        a.receivePauses &+= b.receivePauses
        a.framesDoubtful &+= b.framesDoubtful
        a.framesLost &+= b.framesLost
    }
}
