public import BeaconBasics
import Synchronization

/// A registration as a snapshot has it, on its way out of the table or back into it.
public struct StoredNode: Equatable, Sendable {
    public var id: NodeID
    public var endpoint: Endpoint
    /// Since the last sign of the node.
    public var age: Delay
    public var wantsDestination: Bool
    public var isProven: Bool
    /// For punch grants.
    public var key: [UInt8]?

    public init(
        id: NodeID, endpoint: Endpoint, age: Delay, wantsDestination: Bool = false, isProven: Bool = false,
        key: [UInt8]? = nil
    ) {
        self.id = id
        self.endpoint = endpoint
        self.age = age
        self.wantsDestination = wantsDestination
        self.isProven = isProven
        self.key = key
    }
}

extension Registry {
    /// How long a registration lasts without a sign of its node.
    public var timeToLive: Delay { settings.timeToLive }

    /// What has happened to registrations since the last call: a few of the first, and how many more there were.
    public func drainNews() -> (news: [NodeNews], leftOut: UInt64) { state.withLock { $0.news.drain() } }

    /// How long a restored registration is kept from the fleet: until then the directory has heard from the others who
    /// of these nodes has moved on meanwhile.
    static let restoreGrace = Delay.seconds(5)

    /// Hands the registrations of table positions from `position` on, `count` at most, to `body`, and says where to go
    /// on (nil at the end). Takes the lock for an instant only; each registration is consistent in itself.
    public func stored(
        from position: Int, count: Int, at now: Moment, _ body: (StoredNode) throws -> Void
    ) rethrows -> Int? {
        let end = state.withLock { $0.highWater }
        let stop = min(end, position + count)
        guard position < stop else { return nil }
        for position in position..<stop {
            let entry = table.entry(position)
            let id = entry.id
            guard let route = entry.read(id) else { continue }
            try body(
                StoredNode(
                    id: id, endpoint: route.endpoint, age: .milliseconds(UInt64(age(entry, at: now))),
                    wantsDestination: route.flags.contains(.wantsDestination),
                    isProven: route.flags.contains(.proven), key: table.key(at: position)))
        }
        return stop < end ? stop : nil
    }

    /// Puts registrations of an earlier life back into the table: those that are not expired, and whose id is free. They
    /// are unproven, count as age since they were last seen, and become known to the fleet a little later, unless
    /// another beacon turns out to have the node (`settleRestored`).
    /// - Returns: how many were put back.
    public func restore(_ nodes: [StoredNode], at now: Moment) -> Int {
        state.withLock { state in
            var count = 0
            for node in nodes where node.age <= settings.timeToLive && table.position(of: node.id) == nil {
                guard let position = allocate(&state) else { break }
                let entry = table.entry(position)
                var flags: NodeFlags = [.used, .restored]
                if node.wantsDestination { flags.insert(.wantsDestination) }
                if settings.requiresGrants, let key = node.key, key.count == NodeTable.keyLength {
                    table.setKey(key.span.bytes, at: position)
                    flags.insert(.hasKey)
                }
                entry.write(node.id, node.endpoint, flags: flags)
                entry.lastSeen = now.milliseconds32 &- UInt32(truncatingIfNeeded: node.age.nanoseconds / 1_000_000)
                entry.lastDiscover = 0
                entry.lastNotify = 0
                guard table.publish(node.id, position: position) else {
                    release(position, &state)
                    continue
                }
                self.count(node.endpoint.address, 1, &state)
                count += 1
            }
            state.counters.restored += UInt64(count)
            if count > 0 { state.restoredUntil = max(state.restoredUntil, now + Self.restoreGrace) }
            return count
        }
    }

    /// What becomes of a restored entry when the sweep passes it: another beacon has the node, then it goes; or the grace
    /// is over, then the fleet hears of it. False if it is gone.
    func settleRestored(_ entry: NodeEntry, _ position: Int, at now: Moment, _ state: inout State) -> Bool {
        let id = entry.id
        if isElsewhere(id) {
            drop(id, entry, position, &state)
            state.counters.withdrawn += 1
            return false
        }
        if now >= state.restoredUntil, let route = entry.read(id) {
            entry.write(id, route.endpoint, flags: route.flags.subtracting(.restored))
            fleet?.changed(id, .registered)
        }
        return true
    }
}
