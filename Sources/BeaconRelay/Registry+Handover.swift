public import BeaconBasics

/// One entry of the node table on its way to another process of this host, whose monotonic clock is the same.
public struct HandedNode: Equatable, Sendable {
    public var node: NodeID
    public var endpoint: Endpoint
    /// Bits of `NodeFlags`.
    public var flags: UInt32
    /// 32-bit milliseconds, as in `NodeEntry`.
    public var lastSeen: UInt32
    public var lastDiscover: UInt32
    /// 32 bytes.
    public var key: [UInt8]?

    public init(
        node: NodeID, endpoint: Endpoint, flags: UInt32, lastSeen: UInt32, lastDiscover: UInt32, key: [UInt8]? = nil
    ) {
        self.node = node
        self.endpoint = endpoint
        self.flags = flags
        self.lastSeen = lastSeen
        self.lastDiscover = lastDiscover
        self.key = key
    }
}

extension Registry {
    /// The whole table by position; nil where an entry is free. Shards may go on registering: what changes meanwhile shows
    /// in a second copy, entry by entry.
    public func handedNodes() -> [HandedNode?] {
        let end = state.withLock { $0.highWater }
        return (0..<end).map { handed($0) }
    }

    private func handed(_ position: Int) -> HandedNode? {
        let entry = table.entry(position)
        let id = entry.id
        guard let route = entry.read(id) else { return nil }
        return HandedNode(
            node: id, endpoint: route.endpoint, flags: route.flags.rawValue, lastSeen: entry.lastSeen,
            lastDiscover: entry.lastDiscover, key: table.key(at: position))
    }

    /// Files handed nodes, in place of what is here under their ids. Claims are not opened, no limit is charged, and a key
    /// that this registry has no use for is left out. How many found room.
    @discardableResult
    public func adopt(_ nodes: [HandedNode]) -> Int {
        state.withLock { state in
            nodes.reduce(0) { $0 + (adopt($1, &state) ? 1 : 0) }
        }
    }

    private func adopt(_ handed: HandedNode, _ state: inout State) -> Bool {
        remove(handed.node, &state)
        guard let position = allocate(&state) else { return false }
        let entry = table.entry(position)
        var flags: NodeFlags = [.used]
        flags.formUnion(NodeFlags(rawValue: handed.flags).intersection([.wantsDestination, .proven]))
        if settings.requiresGrants, let key = handed.key, key.count == NodeTable.keyLength {
            table.setKey(key.span.bytes, at: position)
            flags.insert(.hasKey)
        }
        entry.write(handed.node, handed.endpoint, flags: flags)
        entry.lastSeen = handed.lastSeen
        entry.lastDiscover = handed.lastDiscover
        entry.lastNotify = 0
        guard table.publish(handed.node, position: position) else {
            release(position, &state)
            return false
        }
        count(handed.endpoint.address, 1, &state)
        return true
    }

    /// Nodes that have gone since they were handed over.
    public func discard(_ nodes: [NodeID]) {
        state.withLock { state in
            for node in nodes { remove(node, &state) }
        }
    }

    private func remove(_ node: NodeID, _ state: inout State) {
        guard let position = table.position(of: node) else { return }
        drop(node, table.entry(position), position, &state)
    }
}
