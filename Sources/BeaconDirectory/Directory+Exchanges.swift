public import BeaconBasics
import BeaconWire

extension Directory {
    /// The answer to a peer's exchange; nil if it is not well-formed or cannot be answered.
    public mutating func serve(_ request: [UInt8], from sender: BeaconID, at now: ClusterTime) -> [UInt8]? {
        var reader = ControlReader(request)
        guard let position = roster.find(sender), roster.rows[position].isRoutable,
            let kind = reader.take8().flatMap({ ExchangeKind(rawValue: $0) })
        else {
            tally.malformed += 1
            return nil
        }
        // What a part says of our own shard is what our log says.
        if !pending.isEmpty { flush(at: now) }
        switch kind {
        case .pull: return PullRequest(&reader).flatMap { serve($0) }
        case .repair: return RepairRequest(&reader).flatMap { serve($0) }
        }
    }

    /// What came back from an `.exchange`; nil = no connection, or it ended early.
    public mutating func exchangeEnded(_ ticket: UInt64, reply: [UInt8]?, at now: ClusterTime) {
        if reply == nil { tally.exchangesFailed += 1 }
        if let lane = pull.lanes.firstIndex(where: { $0.ticket == ticket && $0.isWaiting }) {
            laneEnded(lane, reply, at: now)
        } else if repair?.ticket == ticket {
            repairEnded(reply, at: now)
        }
    }

    mutating func newTicket() -> UInt64 {
        lastTicket += 1
        return lastTicket
    }

    // MARK: Serving parts

    /// An owner's log as it can be served from here: its slot, and the cursor its entries stand for.
    func servable(_ owner: BeaconID, _ session: SessionID) -> (slot: UInt16, cursor: UInt64)? {
        if owner == me { return session == self.session ? (ownSlot, sequence) : nil }
        guard let position = roster.find(owner) else { return nil }
        let row = roster.rows[position]
        guard row.session == session, row.isSettled else { return nil }
        return (row.slot, row.cursor)
    }

    /// Slots looked at for one part at most: some ten milliseconds.
    private static let scanLimit = 4 << 20

    private mutating func serve(_ request: PullRequest) -> [UInt8]? {
        var served: [PullReply.Served] = []
        var indexOf = Array(repeating: UInt16.max, count: table.slotsInUse)
        for (index, owner) in request.owners.enumerated() {
            guard let log = servable(owner.beacon, owner.session), log.cursor >= owner.cursor,
                indexOf[Int(log.slot)] == .max
            else { continue }
            served.append(PullReply.Served(index: UInt16(index), cursor: log.cursor))
            if table.count(log.slot) > 0 { indexOf[Int(log.slot)] = UInt16(index) }
        }
        let (entries, reached) = gather(request, indexOf)
        let encoded = ShardEntries.encode(entries, limit: settings.partBytes)
        let next = encoded.count < entries.count ? UInt64(entries[encoded.count].place.rawValue) : reached
        tally.snapshotsServed += 1
        return PullReply.bytes(next: next, served: served, packed: encoded.bytes)
    }

    /// Sorted entries from where the request begins, enough of them for a part, and the place up to which that is all.
    private func gather(_ request: PullRequest, _ indexOf: [UInt16]) -> (entries: [ShardEntry], reached: UInt64) {
        var entries: [ShardEntry] = []
        var looked = 0
        let hasNone = indexOf.allSatisfy { $0 == .max }
        var segment = table.entries.segment(Place(UInt32(request.from)))
        while !hasNone, segment < table.entries.segmentCount, table.entries.start(of: segment) < request.end {
            if entries.count * 8 > settings.partBytes || looked > Self.scanLimit {
                return (entries, table.entries.start(of: segment))
            }
            let start = entries.count
            table.entries.forEach(in: segment) { key, owner, stamp in
                guard Int(owner) < indexOf.count, indexOf[Int(owner)] != .max else { return }
                let place = Place(of: NodeID(key))
                guard place.rawValue >= request.from, place.rawValue < request.end else { return }
                entries.append(ShardEntry(place: place, owner: indexOf[Int(owner)], stamp: Stamp(stamp)))
            }
            entries[start...].sort(by: ShardEntry.isBefore)
            looked += table.entries.slots(in: segment)
            segment += 1
        }
        return (entries, request.end)
    }
}
