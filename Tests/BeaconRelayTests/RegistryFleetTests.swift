import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

/// Who owns an id across beacons: we are beacon 1, beacons 2 and 3 have what the directory says.
@Suite struct RegistryFleetTests {
    private let owner = peer(1)
    private let claimant = peer(2)
    private let seven = NodeID(7)

    // MARK: Claims to ids of other beacons

    @Test func anIdOfAnotherBeaconIsClaimedThere() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(7, at: 2)
        guard case .sent(let replies, .discover) = beacon.receive("01·00000007", from: claimant) else {
            Issue.record("every Discover is answered at once")
            return
        }
        #expect(replies.count == 1 && beacon.wakes.value == 1)
        #expect(beacon.address(of: 7) == nil)
        #expect(beacon.requests() == [.claim(seven, by: claimant)])
        let counters = beacon.registry.counters
        #expect(
            (counters.claims, counters.remoteClaims, counters.remoteClaimsOpen, counters.claimsOpen) == (1, 1, 1, 0))
        #expect(beacon.changes() == [])

        beacon.registry.decide(seven, claimant: claimant, .granted, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == claimant)
        #expect(beacon.changes() == [RegistryChange(seven, .registered)])
        #expect(beacon.registry.counters.claimsWon == 1)
        #expect(beacon.registry.counters.remoteClaimsOpen == 0)
    }

    @Test func whoIsRefusedIsNotListenedToFor30Seconds() {
        let beacon = Beacon.inFleet { $0.claimNodeRate = .unlimited }
        beacon.directory!.put(7, at: 2)
        #expect(beacon.register(7, at: claimant) == .pending)
        beacon.registry.decide(seven, claimant: claimant, .refused, at: beacon.clock.now)
        #expect(beacon.registry.counters.claimsContested == 1)
        #expect(beacon.requests().count == 1)
        beacon.clock.advance(.milliseconds(29_999))
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.requests().isEmpty)
        #expect(beacon.registry.counters.claimsIgnored == 1)
        #expect(beacon.register(7, at: peer(3)) == .pending)
        #expect(beacon.requests() == [.claim(seven, by: peer(3))], "another claimant is heard")
        beacon.pass(.seconds(3))
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.requests() == [.claim(seven, by: claimant)])
    }

    @Test func whoseClaimIsUndecidedMayTryAgainAtOnce() {
        let beacon = Beacon.inFleet { $0.claimNodeRate = .unlimited }
        beacon.directory!.put(7, at: 2)
        beacon.register(7, at: claimant)
        beacon.registry.decide(seven, claimant: claimant, .undecided, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == nil)
        #expect(beacon.registry.counters.remoteClaimsUndecided == 1 && beacon.registry.counters.claimsContested == 0)
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.requests().count == 2)
    }

    @Test func aClaimIsAskedForOnceAndForgottenAfter3Seconds() {
        let beacon = Beacon.inFleet { $0.claimNodeRate = .unlimited }
        beacon.directory!.put(7, at: 2)
        for source in [claimant, claimant, peer(3)] { #expect(beacon.register(7, at: source) == .pending) }
        #expect(beacon.requests() == [.claim(seven, by: claimant)])
        beacon.pass(.milliseconds(2_999))
        #expect(beacon.registry.counters.remoteClaimsOpen == 1)
        beacon.pass(.milliseconds(1))
        #expect(beacon.registry.counters.remoteClaimsOpen == 0)
        #expect(beacon.registry.counters.remoteClaimsUndecided == 1)
        #expect(beacon.registry.nextDeadline == nil)
        beacon.registry.decide(seven, claimant: claimant, .granted, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == nil, "too late")
        #expect(beacon.register(7, at: peer(3)) == .pending)
        #expect(beacon.requests() == [.claim(seven, by: peer(3))])
    }

    @Test func aDecisionIsForItsClaimantAlone() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(7, at: 2)
        beacon.register(7, at: claimant)
        beacon.registry.decide(seven, claimant: owner, .granted, at: beacon.clock.now)
        beacon.registry.decide(NodeID(8), claimant: claimant, .granted, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == nil && beacon.address(of: 8) == nil)
        #expect(beacon.registry.counters.remoteClaimsOpen == 1)
    }

    @Test func aGrantedClaimKeepsItsWishFor09() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(7, at: 2)
        beacon.register(7, at: claimant)
        beacon.register(7, at: peer(3), wantsDestination: true)
        beacon.register(7, at: claimant, wantsDestination: true)
        beacon.registry.decide(seven, claimant: claimant, .granted, at: beacon.clock.now)
        #expect(beacon.registry.node(seven, at: beacon.clock.now)?.wantsDestination == true)
    }

    @Test(arguments: ["drains", "is dead", "has lost it"])
    func anIdIsFreeWhenItsBeacon(state: String) {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(7, at: 2)
        #expect(beacon.register(7, at: claimant) == .pending)
        switch state {
        case "drains": beacon.directory!.set(2, isDraining: true)
        case "is dead": beacon.directory!.set(2, isRoutable: false)
        default: beacon.directory!.remove(7, at: 2)
        }
        #expect(beacon.register(7, at: peer(3)) == .registered)
        #expect(beacon.registry.counters.remoteClaimsOpen == 0, "nothing is left to decide")
        beacon.registry.decide(seven, claimant: claimant, .granted, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == peer(3))
    }

    @Test func byTheReferencesRulesTheLastDiscoverWins() {
        let beacon = Beacon.inFleet { $0.policy = .reference }
        beacon.directory!.put(7, at: 2)
        #expect(beacon.register(7, at: claimant) == .registered)
        #expect(beacon.requests().isEmpty)
        beacon.registry.probe(seven, claimant: owner, token: ProbeToken(1), at: beacon.clock.now)
        #expect(beacon.requests() == [.probed(ProbeToken(1), .gone)])
    }

    /// Every starting daemon claims it: every beacon keeps its own.
    @Test func idZeroIsNobodysBusiness() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(0, at: 2)
        #expect(beacon.register(0, at: claimant) == .registered)
        #expect(beacon.register(0, at: owner) == .registered)
        #expect(!beacon.registry.withdraw(NodeID(0)))
        beacon.registry.probe(NodeID(0), claimant: claimant, token: ProbeToken(1), at: beacon.clock.now)
        #expect(beacon.requests() == [.probed(ProbeToken(1), .gone)])
        beacon.pass(.seconds(700))
        #expect(beacon.address(of: 0) == nil)
        #expect(beacon.changes() == [])
    }

    @Test func claimsHoldToTheirBudgets() {
        let beacon = Beacon.inFleet { $0.claimPrefixRate = Rate(perSecond: 1, burst: 2) }
        for node in UInt32(1)...3 { beacon.directory!.put(node, at: 2) }
        for node in UInt32(1)...3 { #expect(beacon.register(node, at: claimant) == .pending) }
        #expect(beacon.requests().count == 2)
        #expect(beacon.registry.counters.claimsOverBudget == 1)
        #expect(beacon.registry.counters.remoteClaimsOpen == 2)
    }

    @Test func anExpiredEntryHidesNoOtherBeacon() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.directory!.put(7, at: 2)
        _ = beacon.changes()
        beacon.clock.advance(.seconds(601))
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.address(of: 7) == nil)
        #expect(beacon.changes() == [RegistryChange(seven, .gone)])
        #expect(beacon.requests() == [.claim(seven, by: claimant)])
    }

    // MARK: Withdrawing

    @Test func aNodeThatHasMovedIsFollowed() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        _ = beacon.changes()
        beacon.directory!.put(7, at: 2)
        #expect(beacon.registry.withdraw(seven))
        #expect(beacon.address(of: 7) == nil)
        #expect(beacon.changes() == [], "the directory knows already")
        let counters = beacon.registry.counters
        #expect((counters.withdrawn, counters.expired, counters.ipv4) == (1, 0, 0))
        #expect(
            beacon.receive(relayFrame(from: 1, to: 7), from: Endpoint(address: claimant))
                == .sent(
                    [.init(to: Endpoint(address: dataAddress(2)), bytes: meshFrame(from: 1, to: 7))], as: .mesh))
        #expect(!beacon.registry.withdraw(seven))
    }

    /// The fleet decides by what it has been told. A registration that it has not been told of is younger.
    @Test func aNodeThatHasComeBackStays() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        #expect(!beacon.registry.withdraw(seven))
        #expect(beacon.address(of: 7) == owner)
        #expect(beacon.changes() == [RegistryChange(seven, .registered)])
        #expect(beacon.registry.withdraw(seven), "now it has been told")
        beacon.register(7, at: claimant)
        #expect(!beacon.registry.withdraw(seven))
    }

    @Test func withdrawingEndsWhatIsOpen() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        _ = beacon.changes()
        beacon.registry.probe(seven, claimant: claimant, token: ProbeToken(4), at: beacon.clock.now)
        #expect(beacon.registry.withdraw(seven))
        #expect(beacon.requests() == [.probed(ProbeToken(4), .gone)])
        #expect(beacon.registry.counters.claimsOpen == 0)
        #expect(beacon.pass(.seconds(1)).isEmpty)
    }

    // MARK: Probes for other beacons

    @Test func aNodeThatAnswersLives() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.registry.probe(seven, claimant: claimant, token: ProbeToken(9), at: beacon.clock.now)
        #expect(beacon.pass(.milliseconds(10)).map(\.endpoint.address) == [owner])
        #expect(beacon.requests().isEmpty)
        #expect(beacon.registry.proof(from: owner, at: beacon.clock.now))
        #expect(beacon.requests() == [.probed(ProbeToken(9), .lives)])
        let counters = beacon.registry.counters
        #expect((counters.probesForOthers, counters.claimsContested, counters.claimsOpen) == (1, 0, 0))
        #expect(beacon.register(8, at: claimant) == .registered, "no penalty: its own beacon sees to that")
    }

    @Test func aSilentNodeIsGoneAfter500Milliseconds() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.registry.probe(seven, claimant: claimant, token: ProbeToken(9), at: beacon.clock.now)
        #expect(beacon.pass(.milliseconds(499)).count == 3)
        #expect(beacon.requests().isEmpty)
        beacon.pass(.milliseconds(1))
        #expect(beacon.requests() == [.probed(ProbeToken(9), .gone)])
        #expect(beacon.address(of: 7) == owner, "until the directory says that it is elsewhere")
    }

    @Test func itsOwnDiscoverIsASignOfLife() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.registry.probe(seven, claimant: claimant, token: ProbeToken(9), at: beacon.clock.now)
        beacon.receive("01·00000007", from: owner)
        #expect(beacon.requests() == [.probed(ProbeToken(9), .lives)])
    }

    @Test func whatNeedsNoQuestionIsAnsweredAtOnce() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.register(8, at: owner)
        beacon.registry.probe(seven, claimant: owner, token: ProbeToken(1), at: beacon.clock.now)
        beacon.registry.probe(NodeID(6), claimant: claimant, token: ProbeToken(2), at: beacon.clock.now)
        beacon.clock.advance(.seconds(601))
        beacon.registry.probe(NodeID(8), claimant: claimant, token: ProbeToken(3), at: beacon.clock.now)
        #expect(
            beacon.requests() == [
                .probed(ProbeToken(1), .gone), .probed(ProbeToken(2), .gone), .probed(ProbeToken(3), .gone),
            ])
        #expect(beacon.registry.counters.claimsOpen == 0)
    }

    /// Several beacons may ask at once, and a local claimant beside them: one question serves all.
    @Test func oneQuestionServesAll() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.register(7, at: claimant)
        for token in UInt64(1)...5 {
            beacon.registry.probe(seven, claimant: peer(9), token: ProbeToken(token), at: beacon.clock.now)
        }
        #expect(beacon.requests() == [.probed(ProbeToken(5), .busy)], "no more than four may wait")
        #expect(beacon.pass(.milliseconds(200)).count == 2)
        _ = beacon.registry.proof(from: owner, at: beacon.clock.now)
        #expect(beacon.requests() == (UInt64(1)...4).map { .probed(ProbeToken($0), .lives) })
        #expect(beacon.registry.counters.claimsContested == 1, "the local one")
    }

    /// Who could make us ask a node again and again could also keep its answers from being heard: it keeps its id, but
    /// nothing is proven.
    @Test func aNodeThatWasJustAskedIsBusy() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.registry.probe(seven, claimant: claimant, token: ProbeToken(1), at: beacon.clock.now)
        beacon.pass(.milliseconds(10))
        _ = beacon.registry.proof(from: owner, at: beacon.clock.now)
        beacon.registry.probe(seven, claimant: claimant, token: ProbeToken(2), at: beacon.clock.now)
        #expect(beacon.requests() == [.probed(ProbeToken(1), .lives), .probed(ProbeToken(2), .busy)])
        #expect(beacon.pass(.milliseconds(500)).isEmpty)
    }

    /// It came here by a claim, and within the same second another beacon asks for it.
    @Test func aNodeThatMovesOnAtOnceIsAskedAtOnce() {
        let beacon = Beacon.inFleet()
        beacon.directory!.put(7, at: 2)
        beacon.register(7, at: claimant)
        beacon.registry.decide(seven, claimant: claimant, .granted, at: beacon.clock.now)
        _ = beacon.requests()
        beacon.registry.probe(seven, claimant: peer(3), token: ProbeToken(1), at: beacon.clock.now)
        #expect(beacon.pass(.milliseconds(499)).count == 3)
        beacon.pass(.milliseconds(1))
        #expect(beacon.requests() == [.probed(ProbeToken(1), .gone)])
    }

    // MARK: Changes

    @Test func registrationsAndExpiriesAreTold() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        beacon.register(8, at: owner)
        beacon.register(7, at: owner)
        #expect(beacon.wakes.value == 1, "once, until it is drained")
        #expect(beacon.changes() == [RegistryChange(seven, .registered), RegistryChange(NodeID(8), .registered)])
        beacon.pass(.seconds(400))
        beacon.register(8, at: owner)
        beacon.pass(.seconds(300))
        #expect(beacon.changes() == [RegistryChange(seven, .gone)])
        #expect(beacon.wakes.value == 2)
    }

    /// A move between endpoints of one beacon is no change for the others.
    @Test func aLocalMoveIsNoChange() {
        let beacon = Beacon.inFleet()
        beacon.register(7, at: owner)
        _ = beacon.changes()
        beacon.register(7, at: claimant)
        beacon.pass(.seconds(1))
        #expect(beacon.address(of: 7) == claimant)
        #expect(beacon.changes() == [])
    }
}
