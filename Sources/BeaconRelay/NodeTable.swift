import BeaconBasics

/// Node id → endpoint, shared by all shards: reads take no lock and count no reference, writes happen under the
/// registry's lock. Memory is laid out at start (64 bytes a slot: 56 of entry, 8 of index) and never grows; entries are
/// handed out densely, so that only what is used becomes resident.
///
/// A value without ownership: the `Registry` keeps the memory.
struct NodeTable: @unchecked Sendable, BitwiseCopyable {
    let capacity: Int
    private let entries: UnsafeMutableRawPointer
    private let index: ConcurrentIndex
    /// 32 bytes an entry, only where punch grants are required.
    private let keys: UnsafeMutableRawPointer?

    static let keyLength = 32

    init(memory: borrowing NodeTableMemory, hash: KeyedHash) {
        capacity = memory.capacity
        entries = memory.entries.base
        index = ConcurrentIndex(memory: memory.index.base, capacity: memory.capacity, hash: hash)
        keys = memory.keysBase
    }

    @inline(__always)
    func entry(_ position: Int) -> NodeEntry { NodeEntry(entries + position &* NodeEntry.byteCount) }

    /// The entry of a node that is here and has not moved to another beacon, with a copy of its route.
    func findHere(_ id: NodeID) -> (entry: NodeEntry, route: NodeRoute)? {
        guard let found = find(id), !found.route.flags.contains(.moved) else { return nil }
        return found
    }

    /// The node's entry and a consistent copy of its route, which may be that of another beacon (`NodeFlags.moved`).
    @inline(__always)
    func find(_ id: NodeID) -> (entry: NodeEntry, route: NodeRoute)? {
        var route: NodeRoute?
        guard
            let position = index.find(
                id,
                {
                    route = entry($0).read(id); return route != nil
                })
        else { return nil }
        guard let route else { return nil }
        return (entry(position), route)
    }

    func position(of id: NodeID) -> Int? {
        index.find(id) { entry($0).read(id) != nil }
    }

    // MARK: Writing, under the registry's lock

    /// Files a filled entry under its id; false if the id's buckets are full.
    func publish(_ id: NodeID, position: Int) -> Bool { index.insert(id, entry: position) }

    func withdraw(_ id: NodeID, position: Int) { index.remove(id, entry: position) }

    /// Stores the node's key; readers see it once the entry says `hasKey`.
    func setKey(_ key: RawSpan, at position: Int) {
        guard let keys else { return }
        key.withUnsafeBytes {
            (keys + position * Self.keyLength).copyMemory(from: $0.baseAddress!, byteCount: Self.keyLength)
        }
    }

    /// The node's key, or nil.
    func key(at position: Int) -> [UInt8]? {
        guard let keys, entry(position).flags.contains(.hasKey) else { return nil }
        return Array(UnsafeRawBufferPointer(start: keys + position * Self.keyLength, count: Self.keyLength))
    }
}

/// The memory behind a `NodeTable`.
struct NodeTableMemory: ~Copyable {
    let capacity: Int
    let entries: ZeroedMemory
    let index: ZeroedMemory
    let keysBase: UnsafeMutableRawPointer?
    private let keys: ZeroedMemory?

    init(capacity: Int, keys wantsKeys: Bool) {
        self.capacity = capacity
        entries = ZeroedMemory(byteCount: capacity * NodeEntry.byteCount)
        index = ZeroedMemory(byteCount: ConcurrentIndex.byteCount(for: capacity))
        guard wantsKeys else {
            keysBase = nil
            keys = nil
            return
        }
        let memory = ZeroedMemory(byteCount: capacity * NodeTable.keyLength)
        keysBase = memory.base
        keys = consume memory
    }
}
