import BeaconBasics
import BeaconTestKit
import Synchronization
import Testing

@testable import BeaconRelay

/// Proof of life (DESIGN.md §4), as the registry plays it.
@Suite struct RegistryClaimsTests {
    private let owner = peer(1)
    private let claimant = peer(2)

    @Test func aSilentOwnerLosesTheId() {
        let beacon = Beacon()
        #expect(beacon.register(7, at: owner) == .registered)
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.claimant == claimant)
        let probes = beacon.pass(.milliseconds(499))
        #expect(probes.map(\.endpoint.address) == [owner, owner, owner])
        #expect(beacon.address(of: 7) == owner)
        beacon.pass(.milliseconds(1))
        #expect(beacon.address(of: 7) == claimant)
        let counters = beacon.registry.counters
        #expect((counters.claims, counters.claimsWon, counters.claimsContested, counters.probes) == (1, 1, 0, 3))
        #expect((counters.registered, counters.moved, counters.claimsOpen) == (1, 1, 0))
    }

    @Test func anOwnerThatAnswersKeepsItAndIsProven() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        beacon.register(7, at: claimant)
        beacon.pass(.milliseconds(160))
        #expect(beacon.registry.proof(from: owner, at: beacon.clock.now))
        #expect(!beacon.registry.proof(from: owner, at: beacon.clock.now), "an answer counts once")
        beacon.pass(.seconds(2))
        #expect(beacon.address(of: 7) == owner)
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.proven == true)
        let counters = beacon.registry.counters
        #expect((counters.claimsWon, counters.claimsContested, counters.probes) == (0, 1, 2))
    }

    @Test func theLoserIsNotListenedToFor30Seconds() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        beacon.register(7, at: claimant)
        beacon.pass(.milliseconds(1))
        _ = beacon.registry.proof(from: owner, at: beacon.clock.now)
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.pass(.milliseconds(29_999)).isEmpty, "nobody is asked again")
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.pass(.milliseconds(1)).isEmpty)
        #expect(beacon.registry.counters.claimsIgnored == 2)
        #expect(beacon.register(7, at: claimant) == .pending)
        #expect(beacon.pass(.seconds(1)).count == 3, "after 30 s the owner is asked again")
    }

    @Test func theOwnersOwnDiscoverSettlesTheClaimAndNoOther() {
        let beacon = Beacon()
        for node in UInt32(7)...9 {
            beacon.register(node, at: owner)
            beacon.register(node, at: peer(10 + UInt16(node)))
        }
        #expect(beacon.registry.counters.claimsOpen == 3)
        #expect(beacon.register(7, at: owner) == .registered)
        #expect(beacon.registry.counters.claimsContested == 1)
        #expect(beacon.registry.counters.claimsOpen == 2, "a Discover speaks for its own id only")
        beacon.pass(.seconds(1))
        #expect(beacon.address(of: 7) == owner)
        #expect(beacon.address(of: 8) == peer(18))
        #expect(beacon.address(of: 9) == peer(19))
    }

    @Test func theLatestClaimantWins() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        beacon.register(7, at: claimant)
        beacon.pass(.milliseconds(300))
        beacon.register(7, at: peer(3))
        beacon.pass(.milliseconds(200))
        #expect(beacon.address(of: 7) == peer(3))
        #expect(beacon.registry.counters.claims == 2)
        #expect(beacon.registry.counters.probes == 3, "the second claimant costs the owner nothing")
    }

    @Test func idZeroGoesToWhoeverSpeaksLast() {
        let beacon = Beacon()
        beacon.register(0, at: owner)
        #expect(beacon.register(0, at: claimant) == .registered)
        #expect(beacon.address(of: 0) == claimant)
        #expect(beacon.pass(.seconds(1)).isEmpty)
        #expect(beacon.registry.counters.claims == 0)
    }

    @Test func anExpiredIdGoesToTheClaimantAtOnce() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        // The sweeper has not come by yet.
        beacon.clock.advance(.milliseconds(600_000))
        #expect(beacon.register(7, at: claimant) == .pending, "at 10 minutes it is not expired")
        let late = Beacon()
        late.register(7, at: owner)
        late.clock.advance(.milliseconds(600_001))
        #expect(late.register(7, at: claimant) == .registered)
        #expect(late.address(of: 7) == claimant)
    }

    @Test func oneIdIsAskedAtMostOnceASecond() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        for round in 0..<10 {
            beacon.register(7, at: peer(100 + UInt16(round), host: UInt32(round)))
            beacon.pass(.milliseconds(10))
            _ = beacon.registry.proof(from: owner, at: beacon.clock.now)
        }
        #expect(beacon.registry.counters.claims == 1)
        #expect(beacon.registry.counters.claimsOverBudget == 9)
    }

    /// A NAT that restarts moves all of its daemons at once: 1,024 may, and 256 more each second.
    @Test func onePrefixBegins1024ClaimsAtOnceAnd256ASecond() {
        let beacon = Beacon { $0.maximumNodes = 2_048 }
        for node in UInt32(1)...1_500 { beacon.register(node, at: owner) }
        for node in UInt32(1)...1_500 { beacon.register(node, at: peer(UInt16(node), host: node % 100)) }
        #expect(beacon.registry.counters.claims == 1_024)
        #expect(beacon.registry.counters.claimsOverBudget == 476)
        let elsewhere = Address(host: "198.51.100.1", port: 5)!
        beacon.register(1_500, at: elsewhere)
        #expect(beacon.registry.counters.claims == 1_025, "another prefix is not held back")
        beacon.pass(.seconds(1))
        for node in UInt32(1_025)...1_499 { beacon.register(node, at: peer(UInt16(node), host: node % 100)) }
        #expect(beacon.registry.counters.claims == 1_025 + 256)
    }

    @Test func allTogetherBegin4000ClaimsAtOnce() {
        let beacon = Beacon { $0.maximumNodes = 8_192 }
        for node in UInt32(1)...5_000 { beacon.register(node, at: owner) }
        for node in UInt32(1)...5_000 { beacon.register(node, at: Address(ipv4: 0x0B00_0000 + node << 8, port: 1)) }
        #expect(beacon.registry.counters.claims == 4_000)
        #expect(beacon.registry.counters.claimsOpen == 4_000)
    }

    @Test func thereAreNeverMoreOpenClaimsThanTheirTableHolds() {
        let beacon = Beacon {
            $0.maximumNodes = 8_192
            ($0.claimRate, $0.claimPrefixRate, $0.claimNodeRate) = (.unlimited, .unlimited, .unlimited)
        }
        for node in UInt32(1)...5_000 { beacon.register(node, at: owner) }
        for node in UInt32(1)...5_000 { beacon.register(node, at: claimant) }
        #expect(beacon.registry.counters.claimsOpen == Claims.capacity)
        #expect(beacon.registry.counters.claimsOverBudget == 5_000 - UInt64(Claims.capacity))
        beacon.pass(.milliseconds(500))
        #expect(beacon.registry.counters.claimsOpen == 0)
        #expect(beacon.registry.counters.claimsWon == UInt64(Claims.capacity))
    }

    @Test func proofThatNobodyAskedForIsNoProof() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        #expect(!beacon.registry.proof(from: owner, at: beacon.clock.now))
        beacon.register(7, at: claimant)
        #expect(!beacon.registry.proof(from: claimant, at: beacon.clock.now))
        #expect(!beacon.registry.proof(from: peer(1, host: 6), at: beacon.clock.now))
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.proven == false)
    }

    @Test func aMoveTakesTheProofAway() {
        let beacon = Beacon()
        beacon.register(7, at: owner)
        beacon.register(7, at: claimant)
        beacon.pass(.milliseconds(1))
        _ = beacon.registry.proof(from: owner, at: beacon.clock.now)
        beacon.pass(.seconds(31))
        beacon.register(7, at: claimant)
        beacon.pass(.milliseconds(500))
        let node = beacon.registry.node(NodeID(7), at: beacon.clock.now)
        #expect(node?.endpoint.address == claimant)
        #expect(node?.proven == false)
    }

    @Test func theHousekeeperIsWokenWhenAClaimBegins() {
        let woken = Atomic<Int>(0)
        var dice = SeededRandom(seed: 4)
        let registry = Registry(settings: RegistrySettings(), live: LiveSettings(), hash: KeyedHash(using: &dice)) {
            woken.add(1, ordering: .relaxed)
        }
        let now = ManualClock().now
        #expect(registry.nextDeadline == nil)
        for source in [owner, claimant, claimant] {
            _ = registry.register(.init(node: NodeID(7), source: Endpoint(address: source)), key: nil, at: now)
        }
        #expect(woken.load(ordering: .relaxed) == 1)
        #expect(registry.nextDeadline == now)
    }

    // MARK: Proof for its own sake (--unproven-rate)

    @Test func anUnprovenEndpointIsAskedWhereTheOperatorWantsToKnow() {
        let beacon = Beacon(unprovenRate: 10)
        beacon.register(7, at: owner)
        #expect(beacon.pass(.milliseconds(160)).map(\.endpoint.address) == [owner, owner])
        #expect(beacon.registry.proof(from: owner, at: beacon.clock.now))
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.proven == true)
        #expect(beacon.registry.counters.claimsContested == 0, "nobody contested anything")
        beacon.pass(.seconds(5))
        beacon.register(7, at: owner)
        #expect(beacon.pass(.seconds(1)).isEmpty, "once proven is enough")
    }

    @Test func aSilentUnprovenEndpointStaysAndIsAskedAgainNextTime() {
        let beacon = Beacon(unprovenRate: 10)
        beacon.register(7, at: owner)
        #expect(beacon.pass(.seconds(60)).count == 3)
        #expect(beacon.address(of: 7) == owner)
        #expect(beacon.registry.counters.claimsWon == 0)
        beacon.register(7, at: owner)
        #expect(beacon.pass(.seconds(1)).count == 3)
    }

    @Test func anOpenQuestionBecomesAClaimWhenSomebodyClaims() {
        let beacon = Beacon(unprovenRate: 10)
        beacon.register(7, at: owner)
        beacon.pass(.milliseconds(100))
        #expect(beacon.register(7, at: claimant) == .pending)
        beacon.pass(.milliseconds(400))
        #expect(beacon.address(of: 7) == claimant)
    }
}
