import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct ClaimsTests {
    private static let owner = peer(1)
    private static let claimant = peer(2)

    private func claim(
        _ node: UInt32 = 7, owner: Address = owner, claimant: Address? = claimant, begun: Moment
    ) -> Claims.Claim {
        Claims.Claim(
            node: NodeID(node), owner: Endpoint(address: owner), claimant: claimant.map { Endpoint(address: $0) },
            wantsDestination: false, begun: begun)
    }

    /// What `due` brings over a stretch of time, asked every millisecond.
    private func run(_ claims: inout Claims, _ clock: inout ManualClock, milliseconds: Int) -> [(at: Int, what: String)]
    {
        var log: [(Int, String)] = []
        for millisecond in 0...milliseconds {
            for event in claims.due(at: clock.now) {
                switch event {
                case .probe(let claim): log.append((millisecond, "probe \(claim.node)"))
                case .silent(let claim): log.append((millisecond, "silent \(claim.node)"))
                }
            }
            clock.advance(.milliseconds(1))
        }
        return log
    }

    @Test func theOwnerIsAskedThreeTimesAndThenGivenUp() {
        var clock = ManualClock()
        var claims = Claims()
        claims.begin(claim(begun: clock.now))
        let log = run(&claims, &clock, milliseconds: 1_000)
        #expect(log.map(\.at) == [0, 150, 300, 500])
        #expect(log.map(\.what) == ["probe 7", "probe 7", "probe 7", "silent 7"])
        #expect(claims.open.isEmpty)
        #expect(claims.nextDeadline == nil)
        #expect(!claims.isPenalised(Self.owner, at: clock.now))
    }

    @Test func deadlinesAreWhenSomethingIsDue() {
        let clock = ManualClock()
        var claims = Claims()
        claims.begin(claim(begun: clock.now))
        var moments: [Delay] = []
        while let deadline = claims.nextDeadline, moments.count < 10 {
            #expect(claims.due(at: Moment(nanoseconds: deadline.nanoseconds - 1)).isEmpty, "not a nanosecond earlier")
            #expect(claims.due(at: deadline).count == 1)
            moments.append(deadline.since(clock.now))
        }
        #expect(moments == [0, 150, 300, 500].map { .milliseconds($0) })
    }

    /// A process that did not run for a while has not listened either: silence only counts after the last question.
    @Test(arguments: [0, 10, 160, 310] as [UInt64])
    func aStallIsNotSilence(after stalled: UInt64) {
        var clock = ManualClock()
        var claims = Claims()
        claims.begin(claim(begun: clock.now))
        var probes = run(&claims, &clock, milliseconds: Int(stalled)).count
        clock.advance(.seconds(10))
        // Awake again: whatever is due comes at once, but the verdict needs all probes and time to answer the last.
        let log = run(&claims, &clock, milliseconds: 1_000)
        probes += log.filter { $0.what == "probe 7" }.count
        #expect(probes == 3)
        let verdict = log.first { $0.what == "silent 7" }
        #expect(verdict != nil)
        let last = log.last { $0.what == "probe 7" }
        if let verdict, let last { #expect(verdict.at - last.at >= 200) }
    }

    @Test func anAnswerKeepsTheIdAndThePenaltyLasts30Seconds() {
        var clock = ManualClock()
        var claims = Claims()
        claims.begin(claim(begun: clock.now))
        #expect(claims.answered(by: Self.claimant, at: clock.now).isEmpty, "the claimant cannot answer for the owner")
        #expect(claims.answered(by: Self.owner.with(port: 9), at: clock.now).isEmpty, "nor another port")
        #expect(claims.answered(by: Self.owner, at: clock.now).map(\.node) == [NodeID(7)])
        #expect(claims.open.isEmpty)
        #expect(claims.answered(by: Self.owner, at: clock.now).isEmpty, "an answer counts once")
        #expect(claims.isPenalised(Self.claimant, at: clock.now))
        #expect(!claims.isPenalised(Self.owner, at: clock.now))
        clock.advance(Delay(nanoseconds: 29_999_999_999))
        #expect(claims.isPenalised(Self.claimant, at: clock.now))
        clock.advance(Delay(nanoseconds: 1))
        #expect(!claims.isPenalised(Self.claimant, at: clock.now))
    }

    @Test func oneAnswerSettlesAllClaimsOnItsEndpoint() {
        let clock = ManualClock()
        var claims = Claims()
        for node in UInt32(1)...3 { claims.begin(claim(node, claimant: peer(10 + UInt16(node)), begun: clock.now)) }
        claims.begin(claim(4, owner: peer(99), begun: clock.now))
        #expect(Set(claims.answered(by: Self.owner, at: clock.now).map(\.node.rawValue)) == [1, 2, 3])
        #expect(claims.open.map(\.node.rawValue) == [4])
        for port in UInt16(11)...13 { #expect(claims.isPenalised(peer(port), at: clock.now)) }
    }

    @Test func aLaterClaimantTakesTheEarlierOnesPlaceAndTheClockRunsOn() {
        var clock = ManualClock()
        var claims = Claims()
        claims.begin(claim(begun: clock.now))
        _ = run(&claims, &clock, milliseconds: 399)
        claims.replaceClaimant(on: NodeID(7), by: Endpoint(address: peer(3)), wantsDestination: true)
        let events = claims.due(at: Moment(nanoseconds: clock.now.nanoseconds + 100_000_000))
        guard case .silent(let claim)? = events.first, events.count == 1 else {
            Issue.record("not decided at 500 ms: \(events)")
            return
        }
        #expect(claim.claimant?.address == peer(3))
        #expect(claim.wantsDestination)
    }

    @Test func replacingOnAnIdThatNobodyClaimsDoesNothing() {
        var claims = Claims()
        claims.replaceClaimant(on: NodeID(1), by: Endpoint(address: peer(3)), wantsDestination: true)
        claims.remove(NodeID(1))
        #expect(claims.open.isEmpty)
    }

    @Test func thereIsRoomForSoManyAndNoMore() {
        let clock = ManualClock()
        var claims = Claims()
        for node in 0..<UInt32(Claims.capacity) {
            #expect(!claims.isFull)
            claims.begin(
                claim(node, owner: peer(UInt16(node)), claimant: peer(UInt16(node), host: 6), begun: clock.now))
        }
        #expect(claims.isFull)
        claims.remove(NodeID(17))
        #expect(!claims.isFull)
    }

    /// Losers are remembered in bounded room: the old make way for the new.
    @Test func losersAreForgottenWhenTheirTimeIsOver() {
        var clock = ManualClock()
        var claims = Claims()
        func lose(_ count: Int, host: UInt32) {
            for index in 0..<UInt16(count) {
                claims.begin(claim(owner: Self.owner, claimant: peer(index, host: host), begun: clock.now))
                _ = claims.answered(by: Self.owner, at: clock.now)
            }
        }
        lose(Claims.capacity, host: 1)
        lose(10, host: 2)
        #expect(claims.isPenalised(peer(0, host: 1), at: clock.now))
        #expect(!claims.isPenalised(peer(0, host: 2), at: clock.now), "full: the budgets hold these back")
        clock.advance(Claims.penalty)
        lose(10, host: 3)
        #expect(claims.isPenalised(peer(9, host: 3), at: clock.now))
    }

    /// Random operations against a plain list of claims.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func itAgreesWithAPlainList(seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        var clock = ManualClock()
        var claims = Claims()
        var model: [UInt32: (owner: Address, claimant: Address)] = [:]
        for step in 0..<400 {
            let node = UInt32.random(in: 0..<12, using: &dice)
            let owner = peer(UInt16.random(in: 1...4, using: &dice))
            let source = peer(UInt16.random(in: 1...4, using: &dice), host: 9)
            switch Int.random(in: 0..<5, using: &dice) {
            case 0,
                1 where model[node] == nil:
                guard model[node] == nil else { continue }
                claims.begin(claim(node, owner: owner, claimant: source, begun: clock.now))
                model[node] = (owner, source)
            case 1:
                claims.replaceClaimant(on: NodeID(node), by: Endpoint(address: source), wantsDestination: false)
                model[node]?.claimant = source
            case 2:
                let settled = Set(claims.answered(by: owner, at: clock.now).map(\.node.rawValue))
                #expect(settled == Set(model.filter { $0.value.owner == owner }.keys), "seed \(seed) step \(step)")
                model = model.filter { $0.value.owner != owner }
            case 3:
                claims.remove(NodeID(node))
                model[node] = nil
            default:
                clock.advance(.milliseconds(UInt64.random(in: 0...120, using: &dice)))
                for case .silent(let claim) in claims.due(at: clock.now) { model[claim.node.rawValue] = nil }
            }
            #expect(Set(claims.open.map(\.node.rawValue)) == Set(model.keys), "seed \(seed) step \(step)")
            for (node, expected) in model {
                let claim = claims.claim(on: NodeID(node))
                #expect(claim?.owner.address == expected.owner, "seed \(seed) step \(step)")
                #expect(claim?.claimant?.address == expected.claimant, "seed \(seed) step \(step)")
            }
        }
    }
}
