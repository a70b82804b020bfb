import BeaconBasics

/// Changed nodes in order of their first change, one entry each: what happens to a node while it waits replaces what
/// waits. Past its capacity it forgets everything, and says that it did.
struct ChangeQueue {
    let capacity: Int
    private var order: [NodeID] = []
    private var head = 0
    private var latest: [NodeID: RegistryChange.Kind] = [:]
    private var isOverrun = false

    init(capacity: Int) { self.capacity = capacity }

    func latest(of node: NodeID) -> RegistryChange.Kind? { latest[node] }

    /// False if changes were lost by it.
    mutating func add(_ node: NodeID, _ kind: RegistryChange.Kind) -> Bool {
        if latest.updateValue(kind, forKey: node) != nil { return true }
        order.append(node)
        guard latest.count > capacity else { return true }
        (order, latest, head) = ([], [:], 0)
        isOverrun = true
        return false
    }

    mutating func drain(limit: Int) -> RegistryChanges {
        var drained = RegistryChanges()
        let end = head + min(order.count - head, limit)
        for node in order[head..<end] {
            if let kind = latest.removeValue(forKey: node) { drained.changes.append(RegistryChange(node, kind)) }
        }
        head = end
        if head == order.count || head >= capacity {
            order.removeFirst(head)
            head = 0
        }
        drained.hasMore = !order.isEmpty
        drained.mustRescan = isOverrun
        isOverrun = false
        return drained
    }
}
