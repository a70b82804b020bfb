import Glibc

/// What a numbered frame is, seen by the receiver of its flow.
public enum Arrival: Hashable, Sendable {
    /// The next one, or a later one (those between are missing for now).
    case inOrder
    /// Missing until now: a later one was here first (RFC 4737 §3).
    case reordered
    /// Seen before.
    case duplicate
    /// Older than what the table could remember: reordered or duplicate, nobody knows.
    case unclassified
    /// A number that was never sent.
    case neverSent
}

/// Sequence numbers of every flow, a flow being one sender and one destination: the sender's next number and the
/// receiver's next expected one. Gaps go into one set of missing numbers, so that loss, reordering and duplicates are
/// exact and a flow without loss costs 16 bytes, which are not resident until it is used.
public struct FlowTable: ~Copyable {
    private struct Flow {
        var next: UInt64
        var expected: UInt64
    }

    /// Flows that one table may hold (256 MiB of address space).
    public static let flowLimit = 1 << 24
    /// Missing numbers that are remembered; a gap beyond that is lost as ever, but a frame of it that arrives late is
    /// `unclassified`.
    public static let missingLimit = 1 << 21

    private let flows: UnsafeMutableBufferPointer<Flow>
    private var missing: Set<UInt64> = []
    private var forgotten = false
    /// Numbers given out, and different ones of them that arrived; their difference is what was lost.
    public private(set) var sent: UInt64 = 0
    public private(set) var arrived: UInt64 = 0

    public init(flows count: Int) {
        precondition(count > 0 && count <= Self.flowLimit, "flows: 1 to \(Self.flowLimit)")
        guard let memory = calloc(count, MemoryLayout<Flow>.stride) else { fatalError("out of memory") }
        flows = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Flow.self, capacity: count), count: count)
    }

    deinit { free(flows.baseAddress) }

    /// Frames sent and not arrived, so far.
    public var lost: UInt64 { sent - arrived }

    /// The number of the next frame of `flow`.
    public mutating func number(_ flow: Int) -> UInt64 {
        precondition(flow >= 0 && flow < flows.count)
        let sequence = flows[flow].next
        flows[flow].next = sequence + 1
        sent += 1
        return sequence
    }

    /// A frame of `flow` has arrived.
    public mutating func arrive(_ flow: Int, _ sequence: UInt64) -> Arrival {
        guard flow >= 0, flow < flows.count, sequence < flows[flow].next else { return .neverSent }
        let expected = flows[flow].expected
        if sequence < expected { return arriveLate(flow, sequence) }
        flows[flow].expected = sequence + 1
        arrived += 1
        if sequence > expected { remember(flow, expected..<sequence) }
        return .inOrder
    }

    private mutating func arriveLate(_ flow: Int, _ sequence: UInt64) -> Arrival {
        if missing.remove(Self.key(flow, sequence)) != nil {
            arrived += 1
            return .reordered
        }
        return forgotten ? .unclassified : .duplicate
    }

    private mutating func remember(_ flow: Int, _ gap: Range<UInt64>) {
        let room = UInt64(Self.missingLimit - missing.count)
        if UInt64(gap.count) > room { forgotten = true }
        for sequence in gap.prefix(Int(min(room, UInt64(gap.count)))) { missing.insert(Self.key(flow, sequence)) }
    }

    /// 24 bits of flow, 40 of sequence number: 12 days of a million frames a second to one destination.
    private static func key(_ flow: Int, _ sequence: UInt64) -> UInt64 {
        precondition(sequence < 1 << 40, "a flow of 2^40 frames")
        return UInt64(flow) << 40 | sequence
    }
}
