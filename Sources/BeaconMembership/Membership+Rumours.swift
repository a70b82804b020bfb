public import BeaconBasics
public import BeaconWire

extension Membership {
    /// In the queue, item 0 is ourselves; a member is its slot + 1.
    private static func item(_ slot: Int) -> Int { slot + 1 }

    /// From now on all shall hear what this row says.
    mutating func tell(_ slot: Int, _ lane: RumourLane, _ source: Source, _ now: Moment) {
        // What came with a whole table others get the same way; an older rumour of the member is void all the same.
        if source == .table { return rumours.remove(Self.item(slot)) }
        rumours.add(Self.item(slot), lane)
        scheduleGossip(now)
    }

    mutating func tellOfMyself(_ lane: RumourLane, _ now: Moment) {
        rumours.add(0, lane)
        scheduleGossip(now)
    }

    mutating func stopTelling(_ slot: Int) { rumours.remove(Self.item(slot)) }

    /// At once if nothing was told for a tick: but what arrives together shall go out together.
    private mutating func scheduleGossip(_ now: Moment) {
        guard nextGossip == nil else { return }
        let next = max(now + random.delay(upTo: .milliseconds(10)), gossipedAt + timing.gossipTick)
        nextGossip = next
        timers.set(.gossip, at: next)
    }

    mutating func gossip(_ now: Moment) {
        nextGossip = nil
        gossiped.removeAll(keepingCapacity: true)
        gossipedAt = now
        guard !rumours.isEmpty else { return compareSoon(now) }
        for _ in 0..<min(timing.gossipFanOut, table.live.count) {
            guard let slot = nextListener() else { break }
            let peer = table.rows[slot].member
            let told = takeRumours(room: settings.datagramRoom, for: peer.beacon, now)
            guard !told.isEmpty else { continue }
            budget.spend(72 + told.reduce(0) { $0 + $1.length })
            gossiped.append(peer.beacon)
            send(.records(told), to: peer.control, peer.beacon)
        }
        guard !rumours.isEmpty else { return compareSoon(now) }
        nextGossip = now + timing.gossipTick
        timers.set(.gossip, at: nextGossip!)
    }

    /// In the shuffled order of the probes: nobody is told twice before all have been told once.
    private mutating func nextListener() -> Int? {
        for _ in 0..<order.count {
            listener = listener + 1 < order.count ? listener + 1 : 0
            let slot = Int(order[listener])
            if table.rows[slot].isUsed, table.rows[slot].place >= 0, table.rows[slot].member.state.isRoutable {
                return slot
            }
        }
        return nil
    }

    /// Rumours for a datagram that has room: one whole message (type, length, body) of at most `room` bytes, or nothing.
    public mutating func appendRumours(
        _ writer: inout ControlWriter, room: Int, to beacon: BeaconID?, at now: Moment
    ) {
        guard !rumours.isEmpty, !hasLeft, !identity.isSilent, room > 40 else { return }
        if let beacon, gossipedAt == now, gossiped.contains(beacon) { return }
        let told = takeRumours(room: room - 4, for: beacon, now)
        guard !told.isEmpty else { return }
        budget.spend(told.reduce(4) { $0 + $1.length })
        MembershipMessage.records(told).write(&writer)
    }

    /// The most urgent ones that fit. They count as told once more.
    private mutating func takeRumours(room: Int, for beacon: BeaconID?, _ now: Moment) -> [MemberRecord] {
        let level = budget.level(at: now)
        guard level != .nothing else { return [] }
        let limit = RumourQueue.limit(members: table.count + 1)
        var left = min(room, settings.datagramRoom)
        var taken: [Int] = []
        var told: [MemberRecord] = []
        var item = rumours.first
        while let current = item, left >= 32 {
            item = rumours.next(after: current)
            if level == .urgent, !isUrgent(current, limit) {
                rumours.told(current, limit: 0)
                continue
            }
            let record = current == 0 ? myRecord : record(current - 1, now)
            guard record.length <= left else { break }
            // Nobody needs to hear what it says of itself.
            if record.member.beacon == beacon, record.member.state == .alive || record.member.state == .left {
                continue
            }
            left -= record.length
            taken.append(current)
            told.append(record)
        }
        for item in taken { rumours.told(item, limit: limit) }
        counters.rumoursTold += UInt64(told.count)
        return told
    }

    /// Above the soft budget: ends and refutations, and what has not been told half of its times.
    private func isUrgent(_ item: Int, _ limit: Int) -> Bool {
        switch rumours.lane(of: item) {
        case .end, .refutation: true
        case .suspicion, .news: 2 * rumours.sends(of: item) < limit
        case nil: false
        }
    }
}
