public import BeaconBasics
import Synchronization

/// A reader's copy of one registration.
public struct NodeRecord: Equatable, Sendable {
    public var id: NodeID
    public var endpoint: Endpoint
    public var age: Delay
    public var wantsDestination: Bool
    public var proven: Bool
    public var hasKey: Bool
    /// Who claims the id at this moment.
    public var claimant: Address?
}

extension Registry {
    /// The registration of a node, or nil.
    public func node(_ id: NodeID, at now: Moment) -> NodeRecord? {
        guard let (entry, route) = table.findHere(id) else { return nil }
        let claimant =
            openClaims.load(ordering: .relaxed) == 0
            ? nil : state.withLock { $0.claims.claim(on: id)?.claimant?.address }
        return record(id, entry, route, claimant: claimant, at: now)
    }

    public func isRegistered(_ id: NodeID) -> Bool { table.findHere(id) != nil }

    /// Up to `limit` registrations in table order from `position` on, and where to go on (nil at the end). Looks at
    /// 64 entries for each asked for at most, so a page of a table that has emptied may be short.
    public func nodes(from position: Int, limit: Int, at now: Moment) -> (records: [NodeRecord], next: Int?) {
        let end = state.withLock { $0.highWater }
        var records: [NodeRecord] = []
        var position = position
        let stop = min(end, position + 64 * limit)
        while position < stop, records.count < limit {
            let entry = table.entry(position)
            let id = entry.id
            if let route = entry.read(id), !route.flags.contains(.moved) {
                records.append(record(id, entry, route, claimant: nil, at: now))
            }
            position += 1
        }
        return (records, position < end ? position : nil)
    }

    /// Ids of up to `limit` nodes from `position` on, for other beacons: without those that were restored just now.
    public func nodeIDs(from position: Int, limit: Int) -> (ids: [NodeID], next: Int?) {
        let end = state.withLock { $0.highWater }
        var ids: [NodeID] = []
        var position = position
        while position < end, ids.count < limit {
            let entry = table.entry(position)
            if entry.flags.intersection([.used, .moved, .restored]) == .used { ids.append(entry.id) }
            position += 1
        }
        return (ids, position < end ? position : nil)
    }

    /// Where to send a notify (protocol.md §1.7), if it is time for one: at most one a second and node.
    public enum NotifyDecision: Equatable, Sendable {
        case send(Endpoint)
        case recently
        case unknown
    }

    public func notify(_ id: NodeID, at now: Moment) -> NotifyDecision {
        state.withLock { state in
            guard let (entry, route) = table.findHere(id) else { return .unknown }
            let last = entry.lastNotify
            if last != 0, now.milliseconds32 &- last < 1_000 { return .recently }
            entry.lastNotify = max(1, now.milliseconds32)
            state.counters.notified += 1
            return .send(route.endpoint)
        }
    }

    private func record(
        _ id: NodeID, _ entry: NodeEntry, _ route: NodeRoute, claimant: Address?, at now: Moment
    ) -> NodeRecord {
        NodeRecord(
            id: id, endpoint: route.endpoint, age: .milliseconds(UInt64(age(entry, at: now))),
            wantsDestination: route.flags.contains(.wantsDestination), proven: route.flags.contains(.proven),
            hasKey: route.flags.contains(.hasKey), claimant: claimant)
    }
}
