import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct RegistryTests {
    private let home = peer(1)

    @Test func anIdIsForgottenStrictlyAfterTenMinutes() {
        let beacon = Beacon()
        beacon.register(7, at: home)
        beacon.clock.advance(.seconds(600))
        beacon.registry.sweep(limit: .max, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == home)
        beacon.clock.advance(.milliseconds(1))
        beacon.registry.sweep(limit: .max, at: beacon.clock.now)
        #expect(beacon.address(of: 7) == nil)
        #expect(beacon.registry.counters.expired == 1)
        #expect(beacon.registry.counters.ipv4 == 0)
    }

    @Test func everyDiscoverFromHomeRefreshes() {
        let beacon = Beacon()
        beacon.register(7, at: home)
        for _ in 0..<20 {
            beacon.pass(.seconds(60))
            beacon.receive("01·00000007", from: home)
            #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.age == .milliseconds(0))
        }
        #expect(beacon.address(of: 7) == home)
        #expect(beacon.registry.counters.registered == 1)
    }

    /// Ages are kept in 32 bits of milliseconds: right across the wrap of the clock.
    @Test func ageIsRightAcrossTheWrapOfTheClock() {
        let beacon = Beacon()
        beacon.clock = ManualClock(at: 4_294_967)
        beacon.register(7, at: home)
        beacon.pass(.seconds(600))
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.age == .seconds(600))
        beacon.pass(.milliseconds(1))
        #expect(beacon.address(of: 7) == nil)
    }

    /// Shards read the clock each for itself: one may be a little behind another.
    @Test func aMomentInThePastIsNoGreatAge() {
        let beacon = Beacon()
        beacon.register(7, at: home)
        let before = Moment(nanoseconds: beacon.clock.now.nanoseconds - 5_000_000)
        #expect(beacon.registry.node(NodeID(7), at: before)?.age == .milliseconds(0))
        beacon.registry.sweep(limit: .max, at: before)
        #expect(beacon.address(of: 7) == home)
    }

    @Test func aFullTableTakesNobodyNewAndLosesNobody() {
        let beacon = Beacon { $0.maximumNodes = 100 }
        for node in UInt32(0)..<100 { #expect(beacon.register(node, at: peer(UInt16(node) + 1)) == .registered) }
        #expect(beacon.register(100, at: home) == .full)
        #expect(beacon.registry.counters.refusedFull == 1)
        for node in UInt32(0)..<100 { #expect(beacon.address(of: node) == peer(UInt16(node) + 1)) }
        #expect(beacon.register(5, at: peer(6)) == .registered, "who is in may refresh")
    }

    @Test func freedEntriesAreUsedAgain() {
        let beacon = Beacon { $0.maximumNodes = 64 }
        for generation in UInt32(0)..<20 {
            for node in UInt32(0)..<64 {
                #expect(beacon.register(generation * 1_000 + node + 1, at: home) == .registered)
            }
            #expect(beacon.register(999_999, at: home) == .full)
            beacon.pass(.milliseconds(600_001))
            #expect(beacon.registry.counters.ipv4 == 0)
        }
        #expect(beacon.registry.counters.expired == 20 * 64)
    }

    @Test func aSweepLooksAtNoMoreThanItMay() {
        let beacon = Beacon()
        for node in UInt32(1)...100 { beacon.register(node, at: home) }
        beacon.clock.advance(.seconds(700))
        for swept in 1...10 {
            beacon.registry.sweep(limit: 10, at: beacon.clock.now)
            #expect(beacon.registry.counters.expired == UInt64(swept * 10))
        }
    }

    @Test func familiesAreCounted() {
        let beacon = Beacon()
        let six = Address(host: "2001:db8::1", port: 4)!
        beacon.register(1, at: home)
        beacon.register(2, at: six)
        #expect((beacon.registry.counters.ipv4, beacon.registry.counters.ipv6) == (1, 1))
        beacon.register(1, at: six)
        beacon.pass(.seconds(1))
        #expect((beacon.registry.counters.ipv4, beacon.registry.counters.ipv6) == (0, 2))
        beacon.pass(.seconds(700))
        #expect((beacon.registry.counters.ipv4, beacon.registry.counters.ipv6) == (0, 0))
    }

    @Test func aNodeThatSpeaksToAnotherOfOurAddressesIsAnsweredFromThere() {
        let beacon = Beacon()
        let first = beacon.locals.intern(Address(host: "192.0.2.1")!)
        let second = beacon.locals.intern(Address(host: "192.0.2.2")!)
        beacon.receive(bytes("01·00000007"), from: Endpoint(address: home, local: first))
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.endpoint.local == first)
        beacon.receive(bytes("01·00000007"), from: Endpoint(address: home, local: second))
        #expect(beacon.registry.node(NodeID(7), at: beacon.clock.now)?.endpoint.local == second)
        #expect(beacon.registry.counters.claims == 0)
    }

    // MARK: Against a dictionary

    /// Register, refresh, move, expire and look up at random, in both policies, beside a plain dictionary.
    @Test(arguments: [RegistrationPolicy.proof, .reference], 0..<20 as Range<UInt64>)
    func itAgreesWithADictionary(policy: RegistrationPolicy, seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let beacon = Beacon(seed: seed) {
            $0.policy = policy
            $0.maximumNodes = 48
            ($0.claimRate, $0.claimPrefixRate, $0.claimNodeRate) = (.unlimited, .unlimited, .unlimited)
        }
        var model: [UInt32: Model] = [:]
        for step in 0..<1_000 {
            let node = UInt32.random(in: 1...64, using: &dice)
            let source = peer(UInt16.random(in: 1...200, using: &dice), host: UInt32.random(in: 1...50, using: &dice))
            switch Int.random(in: 0..<10, using: &dice) {
            case 0...5: Self.discover(node, source, beacon, &model, "\(policy) seed \(seed) step \(step)")
            case 6, 7:
                if let home = model[node]?.address {
                    Self.discover(node, home, beacon, &model, "seed \(seed) step \(step)")
                }
            default:
                beacon.pass(.seconds(UInt64.random(in: 1...90, using: &dice)))
                Self.settle(&model, beacon.clock.now)
            }
            for id in UInt32(1)...64 where beacon.address(of: id) != model[id]?.address {
                Issue.record(
                    "\(policy) seed \(seed) step \(step): \(id) at \(beacon.address(of: id) as Any), not \(model[id] as Any)"
                )
                return
            }
            #expect(beacon.registry.counters.ipv4 == model.count, "\(policy) seed \(seed) step \(step)")
        }
    }

    private struct Model {
        var address: Address
        var seen: Moment
        var accepted: Moment
        /// Proof policy: who gets the id if the owner, which never answers here, stays silent; who has claimed stays.
        var claimant: Address?
        var claimedAt: Moment?
    }

    private static func discover(
        _ node: UInt32, _ source: Address, _ beacon: Beacon, _ model: inout [UInt32: Model], _ comment: Comment
    ) {
        let now = beacon.clock.now
        let result = beacon.register(node, at: source)
        guard var held = model[node] else {
            #expect(result == (model.count < 48 ? .registered : .full), comment)
            if model.count < 48 { model[node] = Model(address: source, seen: now, accepted: now) }
            return
        }
        if beacon.registry.settings.policy == .reference {
            let accepted = now.since(held.accepted) >= .seconds(30)
            #expect(result == (accepted ? .registered : .pending), comment)
            if accepted { held = Model(address: source, seen: now, accepted: now) }
        } else if held.address == source {
            #expect(result == .registered, comment)
            held.seen = now
            held.claimant = nil
            held.claimedAt = nil
        } else {
            #expect(result == .pending, comment)
            // Penalties make claims from some sources void: those ports are few, so let the beacon say.
            held.claimant = beacon.registry.node(NodeID(node), at: now)?.claimant
            held.claimedAt = held.claimant == nil ? nil : held.claimedAt ?? now
        }
        model[node] = held
    }

    private static func settle(_ model: inout [UInt32: Model], _ now: Moment) {
        for (node, held) in model {
            if let claimant = held.claimant, let begun = held.claimedAt {
                let won = begun + .milliseconds(500)
                model[node] = Model(address: claimant, seen: won, accepted: won)
            }
            if now.since(model[node]!.seen) > .seconds(600) { model[node] = nil }
        }
    }
}
