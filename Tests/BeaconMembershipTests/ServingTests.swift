import BeaconBasics
import Testing

@testable import BeaconMembership

/// What newcomers may cost one member, and what they get instead.
@Suite struct ServingTests {
    private let start = Moment(nanoseconds: 0)
    /// Nothing is the same as in anybody's table.
    private let nothing = ExchangeRequest.compare([UInt32](repeating: 1, count: 64)).bytes

    private func fleet(_ members: UInt32, bytesPerSecond: Int = 20_000) -> Lone {
        var settings = MembershipSettings()
        settings.tableBytesPerSecond = bytesPerSecond
        return Lone(knowing: (2...members).map { member($0) }, settings: settings)
    }

    @Test func tablesFirstThenReferralsThenNothing() {
        var budget = ServingBudget(bytesPerSecond: 1_000, at: start)
        #expect(budget.level(at: start) == .table)
        // The last one may be owed …
        budget.spend(4_000, as: .table)
        #expect(budget.level(at: start) == .referral)
        budget.spend(1_000, as: .referral)
        #expect(budget.level(at: start) == .nothing)
        // … and is paid before there is another.
        #expect(budget.level(at: start + .seconds(1)) == .referral)
        #expect(budget.level(at: start + .milliseconds(3_001)) == .table)
    }

    @Test func theRateHoldsHoweverOftenItIsAsked() {
        var budget = ServingBudget(bytesPerSecond: 50_000, at: start)
        var now = start
        var spent = 0
        for _ in 0..<100_000 {
            now = now + Delay(nanoseconds: 100_700)
            guard budget.level(at: now) == .table else { continue }
            budget.spend(7_000, as: .table)
            spent += 7_000
        }
        let seconds = now.since(start).inSeconds
        #expect(Double(spent) <= 50_000 * seconds + 50_000 + 7_000)
        #expect(Double(spent) >= 0.98 * 50_000 * seconds)
    }

    @Test func whoServesTooManyTablesNamesOthers() throws {
        var lone = fleet(200)
        var tables = 0
        var referrals: [MemberRecord] = []
        var refused = 0
        for _ in 0..<400 {
            guard let bytes = lone.membership.serve(nothing, from: BeaconID(7), at: lone.now) else {
                refused += 1
                continue
            }
            switch try #require(ExchangeReply(bytes)) {
            case .records(_, let records):
                tables += 1
                #expect(records.count == 200)
            case .busy(let records):
                #expect(records.count == Membership.referralSize)
                referrals += records
            case .alive, .taken: Issue.record("not asked")
            }
        }
        // 6.4 kB each.
        #expect((3...4).contains(tables))
        #expect(refused > 0)
        #expect(lone.membership.counters.tablesReferred == UInt64(referrals.count / Membership.referralSize))
        #expect(lone.membership.counters.tablesRefused == UInt64(refused))
        #expect(referrals.allSatisfy { $0.member.beacon != BeaconID(7) })
        // Spread over the fleet.
        #expect(Set(referrals.map(\.member.beacon)).count > 50)
        lone.now = lone.now + .seconds(2)
        let bytes = lone.membership.serve(nothing, from: BeaconID(7), at: lone.now)
        let later = try #require(bytes.flatMap { ExchangeReply($0) })
        guard case .records = later else {
            Issue.record("still busy")
            return
        }
    }

    /// Probes must be answered, whatever else goes on.
    @Test func aProbeIsAnsweredAllTheSame() {
        var lone = fleet(200)
        for _ in 0..<1_000 { _ = lone.membership.serve(nothing, from: BeaconID(7), at: lone.now) }
        let probe = ExchangeRequest.probe(BeaconID(1), nil).bytes
        #expect(lone.membership.serve(probe, from: BeaconID(7), at: lone.now) != nil)
    }

    @Test func aReferralIsFollowedAFewTimes() {
        var lone = fleet(200)
        var asked = lone.member(askedAfter: [MemberRecord(member(2))])
        var hops = 0
        while let (ticket, to) = asked {
            hops += 1
            let reply = ExchangeReply.busy([MemberRecord(member(300 + UInt32(hops)))]).bytes
            lone.membership.exchangeEnded(ticket, reply: reply, at: lone.now)
            let next = lone.outputs().exchanges.first
            #expect(next.map { $0.to != to } ?? true)
            asked = next
        }
        #expect(hops == 1 + Membership.longestReferral)
        #expect(lone.membership.member(BeaconID(301)) != nil)
    }

    @Test func aStormOfNewcomersCostsABoundedNumberOfBytes() {
        var lone = fleet(200)
        var sent = 0
        var whole = 0
        for number in 0..<2_000 {
            let newcomer = member(1_000 + UInt32(number))
            lone.hear(.join(token: 1, MemberRecord(newcomer)), from: newcomer)
            for case .welcome(_, _, let records) in lone.outputs().messages.map(\.message) {
                sent += records.reduce(68) { $0 + $1.length }
                if records.count > 8 { whole += 1 }
                #expect(records.first?.member.beacon == BeaconID(1))
            }
        }
        #expect((10...25).contains(whole))
        #expect(sent <= 2 * 20_000 + 2_400)
        #expect(lone.membership.counters.tablesRefused > 0)
        // All have been taken in, whatever they were told.
        #expect(lone.membership.liveCount == 2_199)
    }

    /// The whole fleet starts at once and knows one member: it is complete soon, though that one may say little.
    @Test func manyStartWithOneContact() {
        var settings = MembershipSettings()
        settings.tableBytesPerSecond = 8_000
        var network = FakeNetwork(seed: 31)
        network.delay = (.milliseconds(20), .milliseconds(30))
        for _ in 0..<150 { network.start(settings, contacts: [0]) }
        #expect(network.run(until: { $0.isSettled }, within: .seconds(6)) != nil)
        #expect(network.hosts[0].membership.counters.tablesReferred > 0)
    }
}

extension [MembershipOutput] {
    fileprivate var exchanges: [(ticket: UInt64, to: Address)] {
        compactMap { if case .exchange(let ticket, let to, _) = $0 { (ticket, to) } else { nil } }
    }
}

extension Lone {
    /// Who is asked for its table after this welcome.
    fileprivate mutating func member(askedAfter records: [MemberRecord]) -> (ticket: UInt64, to: Address)? {
        membership.contact(records[0].member.control, at: now)
        _ = outputs()
        hear(.welcome(token: 0, members: 400, records), from: records[0].member)
        return outputs().exchanges.first
    }
}
