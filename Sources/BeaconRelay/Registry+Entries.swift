public import BeaconBasics
import Synchronization

/// Filling, moving and forgetting entries of the table. All of it runs under the lock.
extension Registry {
    func refresh(_ r: Registration, _ entry: NodeEntry, at now: Moment, _ state: inout State) {
        entry.lastSeen = now.milliseconds32
        var flags = entry.flags
        if r.wantsDestination { flags.insert(.wantsDestination) }
        if flags.contains(.restored) {
            flags.remove(.restored)
            fleet?.changed(r.node, .registered)
        }
        if flags != entry.flags || entry.read(r.node)?.endpoint.local != r.source.local {
            entry.write(r.node, r.source, flags: flags)
        }
        // The owner itself has spoken, for this id. Its other ids are asked for on: a Discover proves nothing of them.
        if let claim = state.claims.claim(on: r.node), claim.claimant != nil || !claim.tokens.isEmpty,
            claim.owner.address == r.source.address
        {
            state.claims.dismiss(r.node, at: now)
            end(claim, .lives)
            noteContested(r.node, holder: r.source.address, claimant: claim.claimant?.address, &state)
        }
        if !flags.contains(.proven) { verify(r.node, at: r.source, at: now, &state) }
    }

    func insert(_ r: Registration, at now: Moment, _ state: inout State) -> Result {
        guard drainPhase != .refusing else {
            state.counters.refusedDraining += 1
            return .draining
        }
        guard let position = allocate(&state) else {
            state.counters.refusedFull += 1
            return .full
        }
        let entry = table.entry(position)
        entry.write(r.node, r.source, flags: r.wantsDestination ? [.used, .wantsDestination] : .used)
        entry.lastSeen = now.milliseconds32
        entry.lastDiscover = r.isDiscover ? max(1, now.milliseconds32) : 0
        entry.lastNotify = 0
        guard table.publish(r.node, position: position) else {
            release(position, &state)
            state.counters.refusedFull += 1
            return .full
        }
        state.counters.registered += 1
        count(r.source.address, 1, &state)
        fleet?.changed(r.node, .registered)
        verify(r.node, at: r.source, at: now, &state)
        return .registered
    }

    func move(
        _ entry: NodeEntry, _ node: NodeID, to endpoint: Endpoint, wantsDestination: Bool, at now: Moment,
        _ state: inout State
    ) {
        if let old = entry.read(node)?.endpoint.address {
            count(old, -1, &state)
            // Id 0 follows every daemon that starts.
            if node != .unassigned {
                state.news.add(NodeNews(node, .moved, holder: old, other: endpoint.address))
            }
        }
        count(endpoint.address, 1, &state)
        state.counters.moved += 1
        if entry.flags.contains(.restored) { fleet?.changed(node, .registered) }
        var flags = entry.flags.subtracting([.proven, .wantsDestination, .restored])
        if wantsDestination { flags.insert(.wantsDestination) }
        entry.write(node, endpoint, flags: flags)
        entry.lastSeen = now.milliseconds32
    }

    /// First key wins, from the endpoint that holds the id (protocol.md §1.2 step 4).
    func store(_ key: RawSpan, of node: NodeID) {
        guard settings.requiresGrants, let position = table.position(of: node) else { return }
        let entry = table.entry(position)
        guard let route = entry.read(node), !route.flags.contains(.hasKey) else { return }
        table.setKey(key, at: position)
        entry.write(node, route.endpoint, flags: route.flags.union(.hasKey))
    }

    func allocate(_ state: inout State) -> Int? {
        if let free = state.firstFree {
            let next = table.entry(free).nextFree
            state.firstFree = next == 0 ? nil : next - 1
            return free
        }
        guard state.highWater < table.capacity else { return nil }
        state.highWater += 1
        return state.highWater - 1
    }

    func release(_ position: Int, _ state: inout State) {
        let entry = table.entry(position)
        entry.write(NodeID(0), Endpoint(address: .none), flags: [])
        entry.nextFree = state.firstFree.map { $0 + 1 } ?? 0
        state.firstFree = position
    }

    func count(_ address: Address, _ change: Int, _ state: inout State) {
        if address.isIPv4 { state.counters.ipv4 += change } else { state.counters.ipv6 += change }
    }

    func isExpired(_ entry: NodeEntry, at now: Moment) -> Bool {
        age(entry, at: now) > Int32(settings.timeToLive.nanoseconds / 1_000_000)
    }

    /// Milliseconds since the entry was last refreshed; a refresh from "the future" (another shard's clock read) is 0.
    func age(_ entry: NodeEntry, at now: Moment) -> Int32 {
        max(0, Int32(bitPattern: now.milliseconds32 &- entry.lastSeen))
    }

    /// Looks at up to `limit` entries, going round, and forgets those whose time is over. Bounded, so that the lock is
    /// never held for long.
    public func sweep(limit: Int, at now: Moment) {
        state.withLock { state in
            for _ in 0..<min(limit, state.highWater) {
                if state.sweepPosition >= state.highWater { state.sweepPosition = 0 }
                let position = state.sweepPosition
                state.sweepPosition += 1
                let entry = table.entry(position)
                let flags = entry.flags
                guard flags.contains(.used) else { continue }
                if flags.contains(.restored), !settleRestored(entry, position, at: now, &state) { continue }
                if isExpired(entry, at: now) { forget(entry, position, &state) }
            }
            publishOpenClaims(state)
        }
        fleet?.flush()
    }

    /// The entry's time is over.
    func forget(_ entry: NodeEntry, _ position: Int, _ state: inout State) {
        let node = entry.id
        drop(node, entry, position, &state)
        state.counters.expired += 1
        fleet?.changed(node, .gone)
    }

    func drop(_ node: NodeID, _ entry: NodeEntry, _ position: Int, _ state: inout State) {
        if let route = entry.read(node), !route.flags.contains(.moved) { count(route.endpoint.address, -1, &state) }
        end(state.claims.remove(node), .gone)
        table.withdraw(node, position: position)
        release(position, &state)
    }
}
