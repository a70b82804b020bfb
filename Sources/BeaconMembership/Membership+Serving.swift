public import BeaconBasics

// What we answer peers that ask by stream: fallback probes, comparisons of tables, and what they push.

extension Membership {
    /// Members that a referral names.
    static var referralSize: Int { 3 }
    /// IP, UDP and seal of a datagram; a stream's headers come to about as much again.
    static var datagramOverhead: Int { 68 }

    /// The answer to a peer's exchange (fallback probe or full table); nil = not well-formed, or too much is asked of us.
    public mutating func serve(_ request: [UInt8], from sender: BeaconID, at now: Moment) -> [UInt8]? {
        guard !hasLeft, !identity.isSilent, sender != me.beacon, let request = ExchangeRequest(request) else {
            return nil
        }
        switch request {
        case .probe(let target, let held): return serveProbe(target, held, now)
        case .compare(let theirs): return serveTable(theirs, to: sender, now)
        case .push(let records):
            guard let slot = table.slot(sender), table.rows[slot].member.state.isRoutable else { return nil }
            _ = take(records, from: sender, now)
            return ExchangeReply.taken.bytes
        }
    }

    private mutating func serveProbe(_ target: BeaconID, _ held: HeldState?, _ now: Moment) -> [UInt8]? {
        guard target == me.beacon else { return nil }
        if let held, held.session == me.session, held.state != .alive { refute(held.incarnation, now) }
        return ExchangeReply.alive(me.beacon, me.session, incarnation: me.incarnation, drain: me.drain).bytes
    }

    /// The buckets that differ; when we have served too many lately, the names of others to ask.
    private mutating func serveTable(_ theirs: [UInt32], to sender: BeaconID, _ now: Moment) -> [UInt8]? {
        let level = serving.level(at: now)
        let reply: ExchangeReply
        switch level {
        case .table:
            let differing = zip(buckets(theirs.count), theirs).map { $0 != $1 }
            let records = wholeTable(now).filter { differing[Self.bucket($0.member.beacon, differing.count)] }
            reply = .records(differing: differing, records)
        case .referral:
            counters.tablesReferred += 1
            reply = .busy(referral(for: sender, now))
        case .nothing:
            counters.tablesRefused += 1
            return nil
        }
        let bytes = reply.bytes
        serving.spend(bytes.count + 2 * Self.datagramOverhead, as: level)
        return bytes
    }

    /// A few members, at random.
    private mutating func referral(for beacon: BeaconID, _ now: Moment) -> [MemberRecord] {
        pick(Self.referralSize, except: table.slot(beacon)).map { record($0, now) }
    }

    /// How often a comparison follows referrals before it waits for its next turn.
    static var longestReferral: Int { 3 }

    /// The peer has served too many: one of those that it has named, or anybody else, is asked in its place.
    mutating func referred(_ records: [MemberRecord], by peer: BeaconID, hops: Int, _ now: Moment) {
        counters.recordsHeard += UInt64(records.count)
        for record in records.prefix(64) { _ = merge(record, from: peer, .table, now) }
        syncInterval = Self.shortestSyncInterval
        scheduleSync(within: syncInterval, now)
        guard hops < Self.longestReferral, let slot = pick(1, except: table.slot(peer)).first else { return }
        compareByStream(with: table.rows[slot].member.beacon, hops: hops + 1, now)
    }
}
