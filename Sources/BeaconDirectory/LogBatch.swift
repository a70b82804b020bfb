public import BeaconBasics
import BeaconWire

/// A run of an owner's log: the operations `after` + 1 … `last`, one for each node in it. As bytes, because that is
/// how it is sent, kept and passed on; it is encoded once.
///
/// | field | |
/// | --- | --- |
/// | owner(4) session(6) | |
/// | after, count | varints; `last` is their sum |
/// | base | varint: Unix milliseconds |
/// | count × | node − the one before it: varint; milliseconds − base, times four, plus kind: varint; put: count: varint |
///
/// Kinds: 0 put, 1 … 3 removal by `RemovalReason`. Nodes ascend. 7 … 12 bytes an operation.
public struct LogBatch: Equatable, Sendable {
    public let owner: BeaconID
    public let session: SessionID
    public let after: UInt64
    public let last: UInt64
    let bytes: [UInt8]

    /// What fits a control datagram beside its seals and a message's head.
    static let limit = 1_150

    /// A whole body, well-formed as far as its head goes; `operations` looks at the rest.
    init?(_ reader: inout ControlReader) {
        guard let bytes = reader.takeBytes(reader.remaining), bytes.count <= Self.limit,
            let head = Head(bytes)
        else { return nil }
        self.init(head, bytes)
    }

    private init(_ head: Head, _ bytes: [UInt8]) {
        owner = head.owner
        session = head.session
        after = head.after
        last = head.after + head.count
        self.bytes = bytes
    }

    private struct Head {
        let owner: BeaconID
        let session: SessionID
        let after: UInt64
        let count: UInt64
        let base: UInt64
        let rest: ControlReader

        init?(_ bytes: [UInt8]) {
            var reader = ControlReader(bytes)
            guard let owner = reader.takeBeacon(), let session = reader.takeSession(),
                let after = reader.takeVarint(), let count = reader.takeVarint(), let base = reader.takeVarint(),
                after < 1 << 62, count >= 1, count <= UInt64(reader.remaining / 2), base < 1 << 48
            else { return nil }
            self.owner = owner
            self.session = session
            self.after = after
            self.count = count
            self.base = base
            rest = reader
        }
    }

    /// All of them, or nil if any is not well-formed.
    var operations: [LogOperation]? {
        guard let head = Head(bytes) else { return nil }
        var reader = head.rest
        var operations: [LogOperation] = []
        operations.reserveCapacity(Int(head.count))
        var node: UInt64 = 0
        for position in 0..<head.count {
            guard let step = reader.takeVarint(), position == 0 || step > 0, step <= UInt64(UInt32.max) - node,
                let change = LogOperation.Change(&reader, base: head.base)
            else { return nil }
            node += step
            operations.append(LogOperation(node: NodeID(UInt32(node)), change: change))
        }
        return operations
    }

    /// Batches of at most `limit` bytes that hold all the operations, which are sorted by node and number `after` + 1
    /// and on in that order.
    static func encode(
        _ operations: [LogOperation], owner: BeaconID, session: SessionID, after: UInt64
    ) -> [LogBatch] {
        var batches: [LogBatch] = []
        var start = 0
        while start < operations.count {
            let count = count(of: operations[start...])
            let run = operations[start..<start + count]
            batches.append(LogBatch(run, owner, session, after: after + UInt64(start)))
            start += count
        }
        return batches
    }

    /// The same operations in fewer batches, where small ones follow each other and no node is in two of them.
    static func merge(_ batches: [LogBatch]) -> [LogBatch] {
        var merged: [LogBatch] = []
        var run: [LogOperation] = []
        var nodes: Set<NodeID> = []
        var start: UInt64 = 0
        func close() {
            guard let of = batches.first, !run.isEmpty else { return }
            merged += encode(run.sorted { $0.node < $1.node }, owner: of.owner, session: of.session, after: start)
            (run, nodes) = ([], [])
        }
        var reached: UInt64 = 0
        for batch in batches {
            let operations = batch.operations ?? []
            let isNext = !run.isEmpty && batch.after == reached && operations.allSatisfy { !nodes.contains($0.node) }
            // 9 bytes an operation: a merged batch is full, or nearly.
            if !isNext || (run.count + operations.count) * 9 > limit { close() }
            if run.isEmpty { start = batch.after }
            run += operations
            nodes.formUnion(operations.lazy.map(\.node))
            reached = batch.last
        }
        close()
        return merged
    }

    /// How many of the operations fit one batch. The head takes at most 38 bytes.
    private static func count(of operations: ArraySlice<LogOperation>) -> Int {
        let base = base(of: operations)
        var room = limit - 38
        var previous: UInt32 = 0
        var count = 0
        for operation in operations {
            room -= operation.size(after: previous, base: base)
            if room < 0 { break }
            previous = operation.node.rawValue
            count += 1
        }
        return count
    }

    private static func base(of operations: ArraySlice<LogOperation>) -> UInt64 {
        operations.lazy.compactMap { $0.change.stamp?.unixMilliseconds }.min() ?? 0
    }

    private init(_ operations: ArraySlice<LogOperation>, _ owner: BeaconID, _ session: SessionID, after: UInt64) {
        let base = Self.base(of: operations)
        var writer = ControlWriter(reserving: 38 + operations.count * 10)
        writer.put(owner)
        writer.put(session)
        writer.putVarint(after)
        writer.putVarint(UInt64(operations.count))
        writer.putVarint(base)
        var previous: UInt32 = 0
        for operation in operations {
            writer.putVarint(UInt64(operation.node.rawValue - previous))
            operation.change.write(&writer, base: base)
            previous = operation.node.rawValue
        }
        self.owner = owner
        self.session = session
        self.after = after
        last = after + UInt64(operations.count)
        bytes = writer.bytes
    }
}
