import BeaconBasics
import BeaconDirectory
import BeaconMembership
import Testing

@testable import BeaconCluster

private let node = NodeID(7)
private let claimant = Address(ipv4: 0xCB00_7105, port: 4_000)

@Suite struct ClaimTests {
    let network = FakeNetwork()
    let home: FakeBeacon
    let other: FakeBeacon

    /// Node 7 is at beacon 1; it turns up at beacon 2 from another endpoint.
    init() {
        let fleet = network.startFleet(3)
        (home, other) = (fleet[0], fleet[1])
        network.act(home) { $0.registered(node, at: $1) }
        let known = network.wait(.seconds(1)) { [other] in other.route(7) == 1 }
        #expect(known)
    }

    private func claim(by address: Address = claimant) { network.act(other) { $0.claim(node, by: address, at: $1) } }

    /// How long the decision took; nil if there was none.
    private func decision(within limit: Delay = .seconds(5), _ count: Int = 1) -> (outcome: ClaimOutcome, after: Delay)?
    {
        let begun = network.now
        guard network.wait(limit, until: { other.decisions.count >= count }), let last = other.decisions.last else {
            return nil
        }
        return (last.outcome, last.at.since(begun))
    }

    @Test func anHonestMoveWinsAfterTheProbesSilence() throws {
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .granted)
        #expect(decided.after >= .milliseconds(500) && decided.after <= .milliseconds(520))
        #expect(home.probes == [node])
        #expect(other.counters.claims == 1 && other.counters.claimsGranted == 1)
    }

    @Test func aThiefLosesWhileTheNodeAnswers() throws {
        home.living = [node]
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .refused)
        #expect(decided.after <= .milliseconds(20))
        #expect(other.counters.claimsRefused == 1)
    }

    @Test func aLostQuestionAndALostAnswerAreRepeatedAndTheNodeIsProbedOnce() throws {
        var questions = 0
        var answers = 0
        network.passes = { [home, other] from, _ in
            if from == other.address, home.probes.isEmpty { questions += 1 }
            if from == home.address, !home.probes.isEmpty { answers += 1 }
            return from == other.address ? questions != 1 : answers != 1
        }
        home.living = [node]
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .refused)
        #expect(questions >= 2 && answers >= 2)
        #expect(home.probes.count == 1)
        #expect(other.counters.claimsUnanswered == 0)
    }

    @Test func aHolderThatIsAliveButUnreachableLosesNothing() throws {
        home.living = [node]
        // The two cannot reach each other; the third keeps either alive for the other.
        let pair = [home.address, other.address]
        network.passes = { from, to in !(pair.contains(from) && pair.contains(to)) }
        network.passesStreams = network.passes
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .undecided)
        #expect(decided.after >= .milliseconds(1_900) && decided.after <= .milliseconds(2_200))
        #expect(other.counters.claimsUnanswered == 1)
        let told = other.events.contains { event in
            if case .claimUnanswered(node, holder: BeaconID(1)) = event { true } else { false }
        }
        #expect(told)
    }

    /// A node may be asked once a second: one that moves again within it is asked as soon as that is over.
    @Test func aBusyHolderIsAskedAgain() throws {
        home.busyProbes = 3
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .granted)
        // The fourth question, at 800 ms, and the probes' silence.
        #expect(decided.after >= .milliseconds(1_300) && decided.after <= .milliseconds(1_320))
        #expect(home.probes.count == 4 && home.counters.probesServed == 1)
    }

    @Test func aHolderThatIsBusyToTheEndLeavesItUndecided() throws {
        home.busyProbes = .max
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .undecided)
        #expect(decided.after >= .milliseconds(2_000) && decided.after <= .milliseconds(2_010))
        #expect(other.counters.claimsUndecided == 1 && other.counters.claimsUnanswered == 0)
        #expect(other.cluster.claims.open.isEmpty)
        home.busyProbes = 0
        claim()
        #expect(try #require(decision(2)).outcome == .granted)
    }

    @Test func aCrashedHoldersNodeIsGrantedBeforeTheVerdict() throws {
        network.stop(home)
        let suspected = network.wait(.seconds(8)) {
            other.cluster.members.contains { $0.member.beacon == BeaconID(1) && $0.member.state == .suspect }
        }
        #expect(suspected)
        claim()
        let decided = try #require(decision())
        #expect(decided.outcome == .granted)
        #expect(decided.after <= .milliseconds(1_300))
    }

    @Test func theDeadTheLeftAndTheDrainingAreNotAsked() throws {
        network.act(home) { $0.setDrain(DrainDeadline(unixSeconds: 1), at: $1) }
        #expect(network.wait(.seconds(2)) { other.cluster.members.contains { $0.member.isDraining } })
        claim()
        #expect(try #require(decision()).after == Delay(nanoseconds: 0))
        #expect(other.decisions.last?.outcome == .granted)
        #expect(home.probes.isEmpty)
        network.stop(home)
        #expect(network.wait(.seconds(20)) { other.live == [3] })
        claim()
        #expect(try #require(decision(2)).outcome == .granted)
    }

    private func decision(_ count: Int) -> (outcome: ClaimOutcome, after: Delay)? {
        decision(within: .seconds(5), count)
    }

    @Test func aHolderThatRestartsWhileItIsAskedIsNotWaitedFor() throws {
        home.answersProbes = false
        network.passes = { [home] from, _ in from != home.address }
        claim()
        network.passes = { _, _ in true }
        network.stop(home)
        let again = network.start(1)
        network.act(again) { $0.contact(other.address, at: $1) }
        #expect(try #require(decision()).outcome == .granted)
    }

    @Test func aLaterClaimantTakesTheEarlierOnesPlace() throws {
        let second = claimant.with(port: 4_001)
        claim()
        claim()
        claim(by: second)
        #expect(network.wait(.seconds(5)) { other.decisions.count == 2 })
        network.pass(.seconds(5))
        #expect(other.decisions.map(\.claimant) == [claimant, second])
        #expect(other.decisions.map(\.outcome) == [.undecided, .granted])
    }

    @Test func aNodeThatNobodyElseHasIsGrantedAtOnce() {
        network.act(other) { $0.claim(NodeID(99), by: claimant, at: $1) }
        #expect(other.decisions.map(\.outcome) == [.granted])
    }

    @Test func theTableOfOpenClaimsIsBounded() {
        let count = UInt32(Requests<Claim>.capacity) + 10
        let (home, other) = (network.start(1, nodes: 8_192), network.start(2, nodes: 8_192))
        network.act(other) { $0.contact(home.address, at: $1) }
        for id in 1_000..<(1_000 + count) { network.act(home) { $0.registered(NodeID(id), at: $1) } }
        #expect(network.wait(.seconds(20)) { (1_000..<(1_000 + count)).allSatisfy { other.route($0) == 1 } })
        network.passes = { _, _ in false }
        network.passesStreams = network.passes
        for id in 1_000..<(1_000 + count) { network.act(other) { $0.claim(NodeID(id), by: claimant, at: $1) } }
        #expect(other.cluster.claims.open.count <= Requests<Claim>.capacity)
        #expect(other.counters.claims == UInt64(count))
        #expect(other.counters.claimsFull > 0)
        let open = UInt64(other.cluster.claims.open.count)
        #expect(other.counters.claimsGranted + other.counters.claimsUndecided + open == UInt64(count))
    }

    @Test func anAnswerFromSomebodyElseDecidesNothing() throws {
        network.passes = { _, _ in false }
        claim()
        let ticket = try #require(other.cluster.claims.open.first?.ticket)
        other.cluster.claimAnswered(ticket, node, .gone, by: BeaconID(3))
        other.cluster.claimAnswered(ticket, NodeID(8), .gone, by: BeaconID(1))
        other.cluster.claimAnswered(ticket &+ 1, node, .gone, by: BeaconID(1))
        #expect(other.cluster.claims.open.count == 1)
    }
}
