public import BeaconBasics

/// A node of ours whose change has not been shipped: the stamp that the log has of it (0 = none), and why it was
/// removed, if it was.
struct PendingChange {
    var shipped: Stamp
    var reason: RemovalReason
}

/// Where a node of ours has registered since, and when.
struct Departure {
    var beacon: BeaconID
    var stamp: Stamp
}

extension Directory {
    /// Changes that may wait for a flush; with so many it is done at once.
    static let pendingLimit = 4_096
    /// A node that registers here again within this time keeps its stamp.
    private static let freshness = Delay.seconds(1)

    /// A node has registered here (or again, after it had moved away). Its stamp beats every one we know of for it.
    /// Told again of a node that we have, it stamps it anew, but not more than once a second.
    public mutating func put(_ node: NodeID, at now: ClusterTime) {
        let place = Place(of: node)
        let known = table.stamps(place, own: ownSlot)
        let away = departures.removeValue(forKey: node)
        if away == nil, let own = known.own, (own, me) > (known.other, known.beacon), isFresh(own, at: now) { return }
        let others = max(known.other, away?.stamp ?? Stamp(0))
        let stamp = max(clock.next(at: now), others.next, (known.own ?? Stamp(0)).next)
        noteChange(node, from: known.own, .removed)
        guard !table.set(place, ownSlot, stamp, also: nil).isRefused else { return refuse(at: now.moment) }
        if let own = known.own { changed(place, own) }
        changed(place, stamp)
        changeMade(at: now)
    }

    public mutating func remove(_ node: NodeID, _ reason: RemovalReason, at now: ClusterTime) {
        let place = Place(of: node)
        departures[node] = nil
        guard let stamp = table.stamp(place, ownSlot) else { return }
        noteChange(node, from: stamp, reason)
        _ = table.remove(place, ownSlot)
        changed(place, stamp)
        changeMade(at: now)
    }

    /// Another beacon says that a node of ours has registered there, before its log does. Should the node come back until
    /// then, its stamp must be above that one, or the log, once here, would take it away again. False: the node is not
    /// ours, or ours is the later registration.
    public mutating func heardDeparture(_ node: NodeID, to beacon: BeaconID, _ stamp: Stamp) -> Bool {
        guard let own = self.stamp(ofOwn: node), (stamp, beacon) > (own, me) else { return false }
        // Without room the log decides, as it does when the message is lost.
        if departures.count < Self.pendingLimit { departures[node] = Departure(beacon: beacon, stamp: stamp) }
        return true
    }

    /// Where a node of ours is known to have gone, although its new beacon's log does not say so yet.
    public func departure(of node: NodeID) -> BeaconID? { departures[node]?.beacon }

    public func isOwn(_ node: NodeID) -> Bool { stamp(ofOwn: node) != nil }

    /// nil: the node is not ours.
    public func stamp(ofOwn node: NodeID) -> Stamp? { table.stamp(Place(of: node), ownSlot) }

    private func isFresh(_ stamp: Stamp, at now: ClusterTime) -> Bool {
        stamp.unixMilliseconds + Self.freshness.nanoseconds / 1_000_000 > now.unixMilliseconds
    }

    private mutating func changed(_ place: Place, _ stamp: Stamp) {
        round.changed(ShardDigest.hash(place, stamp), ownSlot, inSegment: table.entries.segment(place))
    }

    private mutating func noteChange(_ node: NodeID, from stamp: Stamp?, _ reason: RemovalReason) {
        if pending[node] == nil { pending[node] = PendingChange(shipped: stamp ?? Stamp(0), reason: reason) }
        pending[node]?.reason = reason
    }

    private mutating func changeMade(at now: ClusterTime) {
        if pending.count >= Self.pendingLimit { return flush(at: now) }
        guard flushAt == .never else { return }
        let soon = now.moment + settings.flushDelay
        flushAt = flushedAt.map { max(soon, $0 + flushInterval) } ?? soon
    }

    mutating func refuse(at now: Moment) {
        tally.refusedFull += 1
        if let saidFullAt, now.since(saidFullAt) < .seconds(60) { return }
        saidFullAt = now
        outputs.push(.event(.full))
    }

    /// max(50 ms, N/3 ms): the datagrams that a beacon sends in a second stay below 3,000, however many peers it has.
    var flushInterval: Delay {
        max(settings.flushInterval, Delay(nanoseconds: UInt64(livePeers + 1) * 333_333))
    }

    // MARK: Shipping

    /// Writes what has changed into the log, one operation a node, and ships it.
    mutating func flush(at now: ClusterTime) {
        flushAt = .never
        let operations = takePending()
        guard !operations.isEmpty else { return }
        let batches = LogBatch.encode(operations, owner: me, session: session, after: sequence)
        sequence += UInt64(operations.count)
        tally.changes += UInt64(operations.count)
        flushedAt = now.moment
        let peers = routablePeers
        for batch in batches {
            tail.append(batch, at: now.moment)
            broadcast(.batch(batch), bytes: batch.bytes.count, to: peers, at: now.moment)
        }
        tail.trim(operations: settings.tailOperations, bytes: .max, age: settings.tailAge, at: now.moment)
        echo.flushed(batches, interval: flushInterval, at: now.moment)
    }

    /// What is pending, as operations in order of nodes; our digest follows.
    private mutating func takePending() -> [LogOperation] {
        var operations: [LogOperation] = []
        operations.reserveCapacity(pending.count)
        for (node, change) in pending {
            let place = Place(of: node)
            let stamp = table.stamp(place, ownSlot)
            let before = change.shipped == Stamp(0) ? nil : change.shipped
            guard stamp != before else { continue }
            if let before { shipped.toggle(ShardDigest.hash(place, before)) }
            if let stamp { shipped.toggle(ShardDigest.hash(place, stamp)) }
            shippedCount += (stamp == nil ? 0 : 1) - (before == nil ? 0 : 1)
            operations.append(LogOperation(node: node, change: stamp.map { .put($0) } ?? .removed(change.reason)))
        }
        pending.removeAll(keepingCapacity: pending.count <= 64)
        // The order of a dictionary decides nothing.
        operations.sort { $0.node < $1.node }
        return operations
    }

    var routablePeers: [Int] {
        (0..<roster.count).lazy.map { [roster] in roster[rank: $0] }.filter { [roster] in roster.rows[$0].isRoutable }
    }

    /// To each of the peers whose rate allows it.
    mutating func broadcast(_ message: DirectoryMessage, bytes: Int, to peers: [Int], at now: Moment) {
        var reached: [BeaconID] = []
        reached.reserveCapacity(peers.count)
        for peer in peers {
            if roster.rows[peer].budget.take(bytes, at: now) {
                reached.append(roster.rows[peer].beacon)
            } else {
                tally.batchesSkipped += 1
            }
        }
        guard !reached.isEmpty else { return }
        tally.batchesSent += UInt64(reached.count)
        outputs.push(.broadcast(message, to: reached))
    }

    // MARK: A loser

    /// Another beacon has registered the node later: our entry goes, and our log says so.
    mutating func supersede(_ place: Place, by beacon: BeaconID, _ stamp: Stamp, at now: ClusterTime) {
        let node = place.node
        remove(node, .moved, at: now)
        tally.superseded += 1
        outputs.push(.superseded(node, by: beacon, stamp: stamp))
    }
}
