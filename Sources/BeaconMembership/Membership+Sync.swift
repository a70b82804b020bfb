public import BeaconBasics

// Full comparison of tables: a hash first; where it differs, small tables go whole by datagram both ways, large ones by stream
// and only the buckets that differ. As long as comparisons bring much, the next comes soon: from a cold start everybody's
// knowledge doubles each quarter of a second.

extension Membership {
    static var shortestSyncInterval: Delay { .milliseconds(250) }
    /// Streams that wait for their end, ours and those of probes.
    static var maximumExchanges: Int { 512 }
    /// Up to here a table goes by datagram.
    private static var smallTable: Int { 64 }

    mutating func newTicket(_ purpose: ExchangePurpose) -> UInt64? {
        guard exchanges.count < Self.maximumExchanges else {
            counters.roundsRefused += 1
            return nil
        }
        lastTicket += 1
        exchanges[lastTicket] = purpose
        return lastTicket
    }

    mutating func scheduleSync(within delay: Delay, _ now: Moment) {
        let half = Delay(nanoseconds: delay.nanoseconds / 2)
        let next = now + half + random.delay(upTo: delay)
        if let nextSync, nextSync <= next, nextSync >= now { return }
        nextSync = next
        timers.set(.sync, at: next)
    }

    /// Somebody is new or is back, and may know of others.
    mutating func noteArrival(_ now: Moment) {
        guard now.since(syncedAt) >= .milliseconds(500) || table.count <= 2 else { return }
        syncInterval = Self.shortestSyncInterval
        scheduleSync(within: syncInterval, now)
    }

    /// Rumours have been told. Each misses a member now and then: the tables show whom.
    mutating func compareSoon(_ now: Moment) {
        guard syncInterval > .seconds(1) else { return }
        syncInterval = .seconds(1)
        scheduleSync(within: syncInterval, now)
    }

    mutating func beginSync(_ now: Moment) {
        nextSync = nil
        syncedAt = now
        if let slot = pick(1, except: nil).first { askForDigest(slot) } else { slowDown() }
        scheduleSync(within: syncInterval, now)
    }

    /// Somebody has the same table, or there is nobody.
    private mutating func slowDown() {
        syncInterval = min(Delay(nanoseconds: syncInterval.nanoseconds * 2), timing.syncPeriod)
    }

    mutating func askForDigest(_ slot: Int) {
        counters.syncs += 1
        let peer = table.rows[slot].member
        send(digest(isAnswer: false), to: peer.control, peer.beacon)
    }

    private func digest(isAnswer: Bool) -> MembershipMessage {
        .digest(hash: tableHash, members: UInt32(table.count + 1), isAnswer: isAnswer)
    }

    mutating func compare(
        _ hash: UInt64, _ members: UInt32, isAnswer: Bool, with peer: BeaconID, at source: Address, _ now: Moment
    ) {
        let isSmall = max(Int(members), table.count + 1) <= Self.smallTable
        let differs = hash != tableHash
        if !isAnswer { send(digest(isAnswer: true), to: source, peer) }
        guard differs else {
            if isAnswer { slowDown() }
            return
        }
        if isAnswer { counters.syncsDiffering += 1 }
        if isSmall {
            compareSoon(now)
            sendRecords(wholeTable(now), to: source, peer)
        } else if isAnswer {
            compareByStream(with: peer, now)
        }
    }

    private mutating func sendRecords(_ records: [MemberRecord], to address: Address, _ peer: BeaconID) {
        var part: [MemberRecord] = []
        var length = 0
        for record in records {
            if length + record.length > settings.datagramRoom {
                send(.records(part), to: address, peer)
                (part, length) = ([], 0)
            }
            part.append(record)
            length += record.length
        }
        if !part.isEmpty { send(.records(part), to: address, peer) }
        budget.spend(records.reduce(0) { $0 + $1.length })
    }

    /// `hops`: by so many members we have been sent on.
    mutating func compareByStream(with peer: BeaconID, hops: Int = 0, _ now: Moment) {
        guard let slot = table.slot(peer), let ticket = newTicket(.compare(peer, hops: hops)) else { return }
        let count = Self.bucketCount(members: table.count + 1)
        let request = ExchangeRequest.compare(buckets(count))
        put(.exchange(ticket: ticket, to: table.rows[slot].member.control, request: request.bytes))
    }

    /// About four members each.
    private static func bucketCount(members: Int) -> Int {
        var count = 1
        while count * 4 < members, count < 256 { count *= 2 }
        return count
    }

    static func bucket(_ beacon: BeaconID, _ count: Int) -> Int {
        Int(mixed(UInt64(beacon.rawValue)) & UInt64(count - 1))
    }

    func buckets(_ count: Int) -> [UInt32] {
        var hashes = [UInt64](repeating: 0, count: count)
        hashes[Self.bucket(me.beacon, count)] ^= me.tableHash
        for slot in table.slots where !table.rows[slot].isForgotten {
            hashes[Self.bucket(table.rows[slot].member.beacon, count)] ^= table.rows[slot].member.tableHash
        }
        return hashes.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// What came back from an `.exchange`; nil = no connection, or it ended early.
    public mutating func exchangeEnded(_ ticket: UInt64, reply: [UInt8]?, at now: Moment) {
        guard let purpose = exchanges.removeValue(forKey: ticket) else { return }
        if case .probe = purpose { streamProbes -= 1 }
        guard !hasLeft, !identity.isSilent else { return }
        let reply = reply.flatMap { ExchangeReply($0) }
        switch purpose {
        case .probe(let place, let generation):
            if rounds.isCurrent(place, generation: generation) { streamEnded(place, reply, now) }
        case .compare(let peer, let hops):
            switch reply {
            case .records(let differing, let records): settle(differing, records, with: peer, now)
            case .busy(let records): referred(records, by: peer, hops: hops, now)
            case .alive, .taken, nil: break
            }
        case .push: break
        }
    }

    /// Takes what the peer has later, and gives it what we have later.
    private mutating func settle(
        _ differing: [Bool], _ records: [MemberRecord], with peer: BeaconID, _ now: Moment
    ) {
        counters.recordsHeard += UInt64(records.count)
        let taken = take(records, from: peer, now)
        let owed = owed(differing, records, now)
        quicken(by: taken + owed.count, now)
        guard !owed.isEmpty, let slot = table.slot(peer) else { return }
        let address = table.rows[slot].member.control
        if owed.count <= Self.smallTable { return sendRecords(owed, to: address, peer) }
        guard let ticket = newTicket(.push) else { return }
        put(.exchange(ticket: ticket, to: address, request: ExchangeRequest.push(owed).bytes))
    }

    /// How many of them changed our table. Few are rumours that were lost, and told on; a whole table is not.
    mutating func take(_ records: [MemberRecord], from peer: BeaconID, _ now: Moment) -> Int {
        var taken = 0
        let source: Source = records.count > 64 ? .table : .rumour
        for record in records where merge(record, from: peer, source, now) { taken += 1 }
        return taken
    }

    /// In the buckets that differ: what the peer lacks, or has older.
    private func owed(_ differing: [Bool], _ theirs: [MemberRecord], _ now: Moment) -> [MemberRecord] {
        var known: [BeaconID: Member] = [:]
        for record in theirs { known[record.member.beacon] = record.member }
        return wholeTable(now).filter {
            guard differing[Self.bucket($0.member.beacon, differing.count)] else { return false }
            return known[$0.member.beacon].map($0.member.isLater) ?? true
        }
    }

    /// Ourselves first.
    func wholeTable(_ now: Moment) -> [MemberRecord] {
        [myRecord] + table.slots.filter { !table.rows[$0].isForgotten }.map { record($0, now) }
    }

    /// Much was different: there will be more.
    private mutating func quicken(by moved: Int, _ now: Moment) {
        guard moved > 0 else { return }
        guard moved >= max(2, table.count / 16) else { return compareSoon(now) }
        syncInterval = Self.shortestSyncInterval
        scheduleSync(within: syncInterval, now)
    }
}
