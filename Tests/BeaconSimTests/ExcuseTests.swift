import BeaconBasics
import Testing

@testable import BeaconSimKit

@Suite struct ExcuseTests {
    /// Two partitions, one after the other: who was never parted from the other has no excuse, whoever else was.
    @Test func onlyPairsThatCouldNotTalkAreExcused() {
        let simulation = Simulation.standing(6)
        simulation.apply(.partition([0, 0, 0, 1, 1, 1]))
        simulation.pass(.milliseconds(300))
        simulation.apply(.partition([0, 0, 1, 1, 0, 0]))
        simulation.pass(.milliseconds(300))
        for (a, b, parted) in [
            (0, 1, false), (4, 5, false), (0, 3, true), (0, 2, true), (0, 4, true), (2, 3, true), (3, 4, true),
        ] {
            #expect(simulation.areSeparated(a, b) == parted, "\(a) and \(b)")
            #expect(simulation.areSeparated(b, a) == parted)
        }
        #expect(
            simulation.isPromised(0, 1, since: simulation.now) && !simulation.isPromised(0, 3, since: simulation.now))
    }

    @Test func theExcuseEndsAWhileAfterTheHealing() {
        let simulation = Simulation.standing(4)
        simulation.apply(.partition([0, 0, 1, 1]))
        simulation.pass(.milliseconds(200))
        simulation.apply(.heal)
        let healed = simulation.now
        simulation.now = healed + Delay(nanoseconds: Simulation.grace.nanoseconds - 1)
        #expect(simulation.areSeparated(0, 2))
        simulation.now = healed + Simulation.grace
        #expect(!simulation.areSeparated(0, 2))
        // What began before that still had it.
        #expect(simulation.werePartedSince(healed, 0, 2))
    }

    @Test func aCutLinkIsNoExcuseWhereSomebodyCanRelay() {
        for members in 2...5 {
            let simulation = Simulation.standing(members)
            simulation.apply(.cut(from: 0, to: 1, true))
            #expect(simulation.areSeparated(0, 1) == (members < 4), "\(members) members")
            if members > 2 { #expect(!simulation.areSeparated(0, 2)) }
        }
    }

    @Test func aHostInTroubleIsExcusedAndNobodyElse() {
        let simulation = Simulation.standing(4)
        simulation.apply(.deaf(2, true))
        #expect(!simulation.isWell(simulation.hosts[2]) && simulation.isWell(simulation.hosts[1]))
        simulation.apply(.deaf(2, false))
        #expect(!simulation.isWell(simulation.hosts[2]))
        simulation.now = simulation.now + Simulation.grace
        #expect(simulation.isWell(simulation.hosts[2]))
        #expect(!simulation.wasWell(simulation.hosts[2], since: Moment(nanoseconds: 0)))
    }

    /// The end of one trouble is no end of another.
    @Test func anExcuseLastsAsLongAsItsLastCause() {
        let simulation = Simulation.standing(4)
        simulation.apply(.deaf(2, true))
        simulation.apply(.pace(2, .paused))
        simulation.apply(.deaf(2, false))
        #expect(simulation.hosts[2].excusedUntil == BeaconProcess.never)
        simulation.apply(.crash(2, silent: false))
        #expect(simulation.hosts[2].excusedUntil == simulation.now + Simulation.grace)
    }
}
