import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconMembership
import Testing

@testable import BeaconSimKit

/// Every safety property can fail: a fleet that stands is shown to the checks in a state that must not be.
@Suite struct SafetyTests {
    @Test func aFleetThatIsLeftAloneBreaksNothing() {
        let simulation = Simulation.standing(seconds: 40)
        #expect(simulation.violation == nil && simulation.formedAt != nil)
    }

    @Test func s1OnlyTheMemberRaisesItsNumbers() {
        var simulation = Simulation.standing()
        simulation.tell(1, .alive, incarnation: 3)
        #expect(simulation.broken == .s1)
        simulation = .standing()
        simulation.tell(1, .alive, session: simulation.truth[1].session + 1)
        #expect(simulation.broken == .s1)
        simulation = .standing()
        simulation.tell(1, .alive, session: 5)
        #expect(simulation.broken == .s1)
    }

    @Test func s4AVerdictTakesEvidenceAndTime() {
        var evidence = Evidence()
        #expect(verdict(nil, after: .seconds(3)) == .s4)
        #expect(verdict(evidence, after: .seconds(3)) == .s4, "nobody accuses")
        evidence.accusers = [BeaconID(1)]
        evidence.directAttempts = 3
        #expect(verdict(evidence, after: .seconds(3)) == .s4, "no last chance")
        evidence.lastChanceFailed = true
        #expect(verdict(evidence, after: .milliseconds(1_900)) == .s4, "too early")
        #expect(verdict(evidence, after: .seconds(3)) == nil)
        evidence.directAttempts = 0
        #expect(verdict(evidence, after: .seconds(3)) == .s4, "never pinged")
    }

    @Test func s4HearsayNeedsAVerdictThatSomebodyHasReached() {
        var evidence = Evidence()
        evidence.accusers = [BeaconID(2)]
        #expect(verdict(evidence, after: .milliseconds(1_500), isTold: false) == .s4)
        #expect(verdict(evidence, after: .milliseconds(900), isTold: true) == .s4)
        #expect(verdict(evidence, after: .milliseconds(1_500), isTold: true) == nil)
    }

    /// Member 1 has crashed; what becomes of a verdict on it.
    private func verdict(_ evidence: Evidence?, after delay: Delay, isTold: Bool = false) -> Property? {
        let simulation = Simulation.standing()
        let host = simulation.hosts[0]
        simulation.hosts[1].process = nil
        let truth = simulation.truth[1]
        simulation.rows[0, 1].state = .suspect
        simulation.rows[0, 1].suspectedAt = simulation.now
        simulation.rows[0, 1].suspectedLocally = host.clock.moment(at: simulation.now)
        let old = simulation.rows[0, 1]
        simulation.now = simulation.now + delay
        if isTold {
            simulation.declaredDead.insert(
                DeathKey(subject: 1, session: truth.session, incarnation: truth.incarnation))
        }
        let member = Member(
            beacon: simulation.hosts[1].beacon, session: SessionID(truth.session), incarnation: truth.incarnation,
            state: .dead, control: simulation.hosts[1].control, data: simulation.hosts[1].data)
        simulation.checkVerdict(
            MemberChange(member: member, previous: nil, evidence: evidence), old, 1, at: host)
        return simulation.broken
    }

    @Test func s5WhoLeftIsLeftAlone() {
        let simulation = Simulation.standing(6)
        simulation.apply(.leave(5))
        simulation.pass(.seconds(8))
        #expect(simulation.hosts[5].process == nil && simulation.violation == nil)
        simulation.send([1, 2, 3], from: simulation.hosts[0], to: simulation.hosts[5].control)
        #expect(simulation.broken == .s5)
    }

    @Test func s6SelfIsAlive() {
        let simulation = Simulation.standing()
        // It leaves, and the simulation does not know that it was asked to.
        simulation.process(1).cluster.leave(at: simulation.hosts[1].clock.time(at: simulation.now))
        simulation.settle(simulation.hosts[1], simulation.process(1))
        #expect(simulation.broken == .s6)
    }

    @Test func s7EqualCursorsMeanEqualRows() {
        let simulation = Simulation.standing()
        let (a, b) = (simulation.process(0), simulation.process(1))
        let owners = a.cluster.owners
        let mine = simulation.cut(simulation.hosts[0], a, owners, isWhole: true)
        let theirs = simulation.cut(simulation.hosts[1], b, b.cluster.owners, isWhole: true)
        var comparison = CutComparison()
        #expect(comparison.add(mine.logs[2]!, of: 0, withRows: true) == nil)
        #expect(comparison.add(theirs.logs[2]!, of: 1, withRows: true) == nil)
        var other = theirs.logs[2]!
        other.digest ^= 1
        #expect(comparison.add(other, of: 1, withRows: true) == 0)
        #expect(comparison.add(other, of: 1, withRows: false) == nil)
        other.status.root ^= 1
        #expect(comparison.add(other, of: 1, withRows: false) == 0)
    }

    @Test func s8CursorsDoNotFall() {
        let simulation = Simulation.standing()
        simulation.cursors[1] = CursorMark(session: simulation.truth[1].session, cursor: 1 << 40)
        simulation.sweep()
        #expect(simulation.broken == .s8)
    }

    /// The entries of the dead are kept for ten minutes: only then may a log begin anew.
    @Test func s8ALogIsGivenUpWithItsOwnerAlone() throws {
        let scenario = try #require(Scenario.named("partition-hours"))
        let report = Simulation(scenario.with { $0.length = .seconds(700) }, members: 4, seed: 1).run()
        #expect(report.violation == nil && report.deaths > 0)
    }

    @Test func s9EntriesAreTheirOwnersAlone() {
        let simulation = Simulation.standing()
        simulation.nodes[0].issuers = []
        simulation.sweep()
        #expect(simulation.broken == .s9)
    }

    @Test func s10NothingLeadsToTheDead() {
        var simulation = Simulation.standing()
        let home = simulation.nodes[0].registered
        let observer = home == 0 ? 1 : 0
        simulation.rows[observer, home].state = .dead
        simulation.checkRowsOfAll(observer)
        #expect(simulation.broken == .s10)
        simulation = .standing()
        simulation.rows[observer, home].session -= 1
        simulation.checkRowsOfAll(observer)
        #expect(simulation.broken == .s10, "an old session")
    }

    @Test func s11TheLatestRegistrationWins() {
        let simulation = Simulation.standing()
        let host = simulation.hosts[0]
        let index = simulation.nodes.firstIndex { $0.registered != 0 }!
        let table = simulation.process(0).table
        var holders = table.holders(of: SimNode.id(index))
        let cut = simulation.cut(host, simulation.process(0), simulation.process(0).cluster.owners, isWhole: true)
        let route = table.find(SimNode.id(index))
        simulation.checkWinner(index, holders, route, at: host, cut)
        #expect(simulation.violation == nil)
        // Another owner, routable too, has a later stamp.
        let other = simulation.hosts.first { $0.index != 0 && $0.beacon != holders[0].beacon }!
        holders.append(
            NodeHolder(
                beacon: other.beacon, session: SessionID(simulation.truth[other.index].session),
                stamp: Stamp(holders[0].stamp.rawValue + 1), isRoutable: true, isDraining: false, isOwn: false))
        simulation.checkWinner(index, holders, route, at: host, cut)
        #expect(simulation.broken == .s11)
    }

    @Test func s11NobodyIsFoundWhereNobodyHasIt() {
        let simulation = Simulation.standing()
        let host = simulation.hosts[0]
        let index = simulation.nodes.firstIndex { $0.registered != 0 }!
        let process = simulation.process(0)
        let cut = simulation.cut(host, process, process.cluster.owners, isWhole: true)
        simulation.checkWinner(index, [], process.table.find(SimNode.id(index)), at: host, cut)
        #expect(simulation.broken == .s11)
    }

    @Test func s12AFrameCrossesTwice() {
        let simulation = Simulation.standing()
        var frame = Frame(
            bytes: [0x0C], source: simulation.hosts[0].data, entry: 0, destination: 0, sentAt: simulation.now)
        for crossings in 0...2 {
            #expect(simulation.violation == nil, "after \(crossings)")
            frame.crossings = crossings
            simulation.cross(frame, from: simulation.hosts[0], to: 1)
        }
        #expect(simulation.broken == .s12)
    }

    /// The core takes what is genuine: shown to the check as forged, it is what a core would do that takes forgeries.
    @Test func s13ForgeriesAreNotTaken() throws {
        let simulation = Simulation.standing()
        let (host, process) = (simulation.hosts[0], simulation.process(0))
        let capture = try #require(simulation.undelivered(from: 1, to: 0))
        let source = simulation.hosts[1].control
        for place in capture.indices {
            var bytes = capture
            bytes[place] ^= 0x10
            simulation.strike(host, process, bytes, from: source, isReplay: false)
        }
        for length in 0..<capture.count {
            simulation.strike(host, process, Array(capture[..<length]), from: source, isReplay: false)
        }
        let dropped = process.cluster.counters.dropped.reduce(0, +)
        #expect(simulation.violation == nil && dropped >= UInt64(2 * capture.count))
        simulation.strike(host, process, capture, from: source, isReplay: false)
        #expect(simulation.broken == .s13)
    }

    @Test func s13ReplaysAreNotTaken() throws {
        let simulation = Simulation.standing()
        let (host, process) = (simulation.hosts[0], simulation.process(0))
        let capture = try #require(simulation.undelivered(from: 1, to: 0))
        let before = process.cluster.counters
        for _ in 0..<3 { simulation.strike(host, process, capture, from: simulation.hosts[1].control, isReplay: true) }
        let after = process.cluster.counters
        #expect(simulation.violation == nil && after.opened == before.opened + 1)
        #expect(after.dropped(.replay) == before.dropped(.replay) + 3)
        // What a core would have counted that has no window.
        var outcome = HostileOutcome(isReplay: true, before: before, after: before, again: before)
        outcome.after.datagramsReceived += 1
        outcome.after.opened += 1
        outcome.again = outcome.after
        outcome.again!.datagramsReceived += 1
        outcome.again!.dropped[ControlDrop.replay.rawValue] += 1
        #expect(outcome.fault == nil)
        outcome.again!.dropped = outcome.after.dropped
        #expect(outcome.fault == "a hostile datagram was not counted")
        outcome.again!.opened += 1
        #expect(outcome.fault == "a replay was opened twice")
    }

    @Test func s13WhatIsDroppedIsCounted() {
        let none = ClusterCounters()
        var outcome = HostileOutcome(isReplay: false, before: none, after: none)
        #expect(outcome.fault != nil, "not received")
        outcome.after.datagramsReceived = 1
        #expect(outcome.fault != nil, "no reason")
        outcome.after.dropped[ControlDrop.badSeal.rawValue] = 1
        #expect(outcome.fault == nil)
        outcome.after.dropped[ControlDrop.runt.rawValue] = 1
        #expect(outcome.fault != nil, "two reasons")
    }

    @Test func s13StrangersGetNoMoreThanTheySend() {
        let simulation = Simulation.standing()
        simulation.fromStrangers = 40
        simulation.send([UInt8](repeating: 1, count: 40), from: simulation.hosts[0], to: Simulation.stranger)
        #expect(simulation.violation == nil)
        simulation.send([1], from: simulation.hosts[0], to: Simulation.stranger)
        #expect(simulation.broken == .s13)
    }

    @Test func s14ATableAboveItsBoundIsSeen() {
        let simulation = Simulation.standing()
        let host = simulation.hosts[0]
        let tables = simulation.process(0).cluster.tables
        #expect(tables.count > 25 && Set(tables.map(\.name)).count == tables.count)
        simulation.checkTables(tables, at: host)
        #expect(simulation.violation == nil)
        for table in tables {
            simulation.violation = nil
            simulation.checkTables([TableUse(table.name, table.limit + 1, of: table.limit)], at: host)
            #expect(simulation.broken == .s14)
        }
    }

    @Test func s15TrafficHasABudget() {
        let simulation = Simulation.standing { $0.trafficLimit = 10 }
        #expect(simulation.broken == .s15)
    }

    @Test func s18ACutAgreesWithItself() {
        let simulation = Simulation.standing()
        let process = simulation.process(0)
        var cut = simulation.cut(simulation.hosts[0], process, process.cluster.owners, isWhole: true)
        #expect(simulation.violation == nil)
        cut.logs[2]!.entries += 1
        simulation.checkCounts(cut)
        #expect(simulation.broken == .s18)
    }
}

extension Simulation {
    func checkRowsOfAll(_ observer: Int) {
        _ = cut(hosts[observer], process(observer), process(observer).cluster.owners, isWhole: true)
    }
}
