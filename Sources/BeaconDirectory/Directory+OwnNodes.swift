public import BeaconBasics

extension Directory {
    /// How many pages `ownNodes` has.
    public var ownNodePages: Int { table.entries.segmentCount }

    /// The nodes of our own log on a page, changes that have not been shipped yet included; together the pages hold
    /// each once, as long as nothing changes meanwhile.
    public func ownNodes(page: Int) -> [NodeID] {
        var nodes: [NodeID] = []
        table.entries.forEach(in: page) { key, owner, _ in
            if owner == ownSlot { nodes.append(NodeID(key)) }
        }
        return nodes
    }
}
