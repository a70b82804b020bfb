import BeaconBasics
import BeaconWire
import Testing

@testable import BeaconFleet

/// Two or three plans, or one and a script, under a clock that the test moves.
@Suite struct HelloPlanTests {
    private let start = Moment(nanoseconds: 1_000_000_000)
    private let peer = Address("192.0.2.9:9001")!
    private let other = Address("192.0.2.8:9001")!
    private let control = Address("192.0.2.1:9011")!

    private func plan(_ id: UInt32 = 1, seed: UInt64 = 7) -> HelloPlan {
        HelloPlan(me: BeaconID(id), session: SessionID(100), control: control, seed: seed)
    }

    private func asks(_ actions: [HelloPlan.Action]) -> [(hello: Hello, to: Address)] {
        actions.compactMap { if case .send(let hello, let to) = $0, hello.kind == .ask { (hello, to) } else { nil } }
    }

    private func answer(_ ask: Hello, _ id: UInt32 = 9, session: UInt64 = 5, at: String = "192.0.2.9:9011") -> Hello {
        ask.answered(by: BeaconID(id), session: SessionID(session), control: Address(at)!)
    }

    private func members(_ actions: [HelloPlan.Action]) -> [Address]? {
        actions.compactMap { if case .members(let addresses) = $0 { addresses } else { nil } }.last
    }

    /// Every action until `end`, with its time in milliseconds since the start.
    private func run(_ plan: inout HelloPlan, until seconds: UInt64) -> [(ms: UInt64, action: HelloPlan.Action)] {
        var all: [(UInt64, HelloPlan.Action)] = []
        while let next = plan.deadline, next <= start + .seconds(seconds) {
            let actions = plan.advance(to: next)
            all += actions.map { (next.since(start).nanoseconds / 1_000_000, $0) }
        }
        return all
    }

    @Test func aSilentPeerIsAReferenceBeaconAfterThreeSeconds() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let events = run(&plan, until: 70)
        #expect(events.filter { !asks([$0.action]).isEmpty }.map(\.ms) == [0, 1_000, 2_000, 33_000, 63_000])
        #expect(
            events.filter { asks([$0.action]).isEmpty }.map { [$0.ms == 3_000] } == [[true]],
            "it became legacy once, at 3 s")
        #expect(plan.peers.map(\.kind) == [.legacy])
    }

    @Test func anAnswerMakesItAMember() {
        var plan = plan()
        var actions = plan.setPeers([peer], at: start)
        actions = plan.advance(to: start)
        let hello = asks(actions)[0].hello
        #expect(hello.control == control && hello.beacon == BeaconID(1))
        actions = plan.receive(answer(hello), from: peer, at: start + .milliseconds(40))
        #expect(actions.contains(.contact(Address("192.0.2.9:9011")!, BeaconID(9))))
        #expect(members(actions) == [peer])
        // Asked again every 30 s, and nothing else.
        let later = run(&plan, until: 30)
        #expect(later.isEmpty)
        #expect(asks(plan.advance(to: start + .milliseconds(30_040))).count == 1)
    }

    @Test func anUnspecifiedControlAddressIsWhereItCameFrom() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let hello = asks(plan.advance(to: start))[0].hello
        let actions = plan.receive(answer(hello, at: "[::]:9012"), from: peer, at: start)
        #expect(actions.contains(.contact(peer.with(port: 9_012), BeaconID(9))))
    }

    @Test func answersWithoutTheNonceAreNothing() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        var hello = asks(plan.advance(to: start))[0].hello
        hello.nonce ^= 1
        #expect(plan.receive(answer(hello), from: peer, at: start).isEmpty)
        #expect(plan.peers.map(\.kind) == [.unknown])
    }

    @Test func aRecordedAnswerIsGoodOnce() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let hello = asks(plan.advance(to: start))[0].hello
        _ = plan.receive(answer(hello), from: peer, at: start)
        #expect(plan.receive(answer(hello, 66), from: other, at: start).isEmpty)
        #expect(plan.peers.map(\.kind) == [.member(BeaconID(9), control: Address("192.0.2.9:9011")!)])
    }

    /// A lost answer, and a late one: each of the last three hellos may be answered.
    @Test func aLateAnswerCounts() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let first = asks(plan.advance(to: start))[0].hello
        _ = plan.advance(to: start + .seconds(1))
        _ = plan.advance(to: start + .seconds(2))
        _ = plan.advance(to: start + .seconds(3))
        #expect(plan.peers.map(\.kind) == [.legacy])
        #expect(members(plan.receive(answer(first), from: peer, at: start + .seconds(4))) == [peer])
    }

    @Test func aMemberThatFallsSilentIsAReferenceBeaconAfter33Seconds() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let hello = asks(plan.advance(to: start))[0].hello
        _ = plan.receive(answer(hello), from: peer, at: start)
        let events = run(&plan, until: 40)
        #expect(events.filter { !asks([$0.action]).isEmpty }.map(\.ms) == [30_000, 31_000, 32_000])
        #expect(events.last { members([$0.action]) != nil }?.ms == 33_000)
        #expect(plan.peers.map(\.kind) == [.legacy])
    }

    /// `--peers` often is one list for all: it names ourselves too.
    @Test func ourOwnAddressIsRecognised() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let hello = asks(plan.advance(to: start))[0].hello
        let echoed = plan.receive(hello, from: peer, at: start)
        guard case .send(let reply, let to)? = echoed.first else { return #expect(Bool(false), "\(echoed)") }
        #expect(to == peer && reply.kind == .answer && echoed.count == 1)
        let actions = plan.receive(reply, from: peer, at: start)
        var ourselves = HelloPeer(address: peer, kind: .ourselves, since: start)
        ourselves.answeredAt = start
        #expect(actions == [.became(ourselves)])
        #expect(run(&plan, until: 29).isEmpty)
    }

    @Test func whatIsKnownToBeOursIsNotAskedAtFirst() {
        var plan = plan()
        let actions = plan.setPeers([peer, other], at: start, isOwn: { $0 == peer })
        #expect(actions == [.became(HelloPeer(address: peer, kind: .ourselves, since: start))])
        #expect(asks(plan.advance(to: start)).map(\.to) == [other])
    }

    @Test func anotherHostWithOurIDIsReported() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        let hello = asks(plan.advance(to: start))[0].hello
        let actions = plan.receive(answer(hello, 1, session: 99), from: peer, at: start)
        #expect(actions.contains(.duplicateID(peer)))
        var twin = hello
        twin.session = SessionID(99)
        #expect(plan.receive(twin, from: other, at: start).contains(.duplicateID(other)))
    }

    @Test func whoAsksIsAnsweredAndMet() {
        var plan = plan()
        let hello = Hello(
            kind: .ask, beacon: BeaconID(9), session: SessionID(5), control: Address("[::]:9013")!, nonce: 42, keyID: 3)
        let actions = plan.receive(hello, from: other, at: start)
        #expect(
            actions == [
                .send(hello.answered(by: BeaconID(1), session: SessionID(100), control: control), to: other),
                .contact(other.with(port: 9_013), BeaconID(9)),
            ])
    }

    /// What asks from a reference beacon's address may be a recording: believed when it answers us.
    @Test func anAskAloneDoesNotMakeAMember() {
        var plan = plan()
        _ = plan.setPeers([peer], at: start)
        _ = run(&plan, until: 10)
        #expect(plan.peers.map(\.kind) == [.legacy])
        let now = start + .seconds(11)
        let hello = Hello(
            kind: .ask, beacon: BeaconID(9), session: SessionID(5), control: Address("192.0.2.9:9011")!, nonce: 42)
        #expect(members(plan.receive(hello, from: peer, at: now)) == nil)
        #expect(plan.peers.map(\.kind) == [.legacy])
        // But it is asked at once.
        let asked = asks(plan.advance(to: now))
        #expect(asked.map(\.to) == [peer])
        #expect(members(plan.receive(answer(asked[0].hello), from: peer, at: now)) == [peer])
    }

    @Test func answersAndContactsHaveBudgets() {
        var plan = plan()
        var answers = 0
        var contacts = 0
        for nonce in 0..<10_000 {
            let hello = Hello(
                kind: .ask, beacon: BeaconID(9), session: SessionID(5), control: other, nonce: UInt64(nonce))
            for action in plan.receive(hello, from: other, at: start) {
                if case .send = action { answers += 1 }
                if case .contact = action { contacts += 1 }
            }
        }
        #expect(answers == 100 && contacts == 60)
    }

    @Test func aLongListIsNoBurst() {
        var plan = plan()
        let many = (0..<1_000).map { Address(ipv4: 0xC633_6400 &+ UInt32($0), port: 9_001) }
        _ = plan.setPeers(many, at: start)
        #expect(plan.peers.count == HelloPlan.maximumPeers)
        #expect(asks(plan.advance(to: start)).count == 50)
        let events = run(&plan, until: 4).filter { !asks([$0.action]).isEmpty }
        for second in 0..<4 {
            let within = events.filter { $0.ms / 1_000 == UInt64(second) }
            #expect(within.count <= 150)
        }
    }

    @Test func aListThatChangesKeepsWhatIsKnown() {
        var plan = plan()
        _ = plan.setPeers([peer, other, peer], at: start)
        #expect(plan.peers.map(\.address) == [peer, other])
        let hello = asks(plan.advance(to: start)).first { $0.to == peer }!.hello
        _ = plan.receive(answer(hello), from: peer, at: start)
        #expect(members(plan.setPeers([other], at: start)) == [])
        #expect(plan.peers.map(\.address) == [other])
        #expect(plan.setPeers([], at: start).isEmpty)
        #expect(plan.deadline == nil)
    }

    @Test func nobodyIsAnsweredWhoCannotBe() {
        var plan = plan()
        let hello = Hello(kind: .ask, beacon: BeaconID(9), session: SessionID(5), control: other, nonce: 1)
        for text in ["0.0.0.0:9001", "224.0.0.1:9001", "192.0.2.1:0", "[ff02::1]:1"] {
            #expect(plan.receive(hello, from: Address(text)!, at: start).isEmpty)
        }
    }
}
