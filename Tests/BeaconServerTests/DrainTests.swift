import BeaconAdmin
import BeaconBasics
import BeaconRelay
import Testing

@testable import BeaconServer

@Suite struct DrainTests {
    private let start = Moment(nanoseconds: 1_000_000_000_000)
    private let order = DrainOrder(deadline: .seconds(130))

    private func facts(_ nodes: Int, others: Int? = 2, departed: UInt64 = 0, forwarded: UInt64 = 0) -> DrainFacts {
        var facts = DrainFacts()
        facts.nodes = nodes
        facts.othersServing = others
        facts.departed = departed
        facts.framesForwarded = forwarded
        return facts
    }

    private func draining(_ facts: DrainFacts) -> Drain {
        var drain = Drain()
        #expect(drain.begin(order, facts, at: start, unix: 1_800_000_000) == nil)
        return drain
    }

    // MARK: Orders

    @Test func theLastServingBeaconIsNotDrainedUnlessForced() {
        var drain = Drain()
        let last = facts(5, others: 0)
        #expect(drain.begin(order, last, at: start, unix: 0)?.contains("no other beacon") == true)
        #expect(drain.state == .serving)
        #expect(drain.plan(order, last).refusal != nil)
        #expect(drain.begin(DrainOrder(force: true), last, at: start, unix: 0) == nil)
        #expect(drain.state == .draining)
        #expect(drain.phase(last) == .accepting, "there is nobody else to take new nodes")
        #expect(drain.phase(facts(5, others: 1)) == .refusing)
    }

    @Test func aBeaconThatIsAloneJustDrains() {
        var drain = Drain()
        #expect(drain.begin(order, facts(5, others: nil), at: start, unix: 0) == nil)
        #expect(drain.phase(facts(5, others: nil)) == .accepting)
    }

    @Test func aPlanChangesNothing() {
        let drain = Drain()
        let plan = drain.plan(order, facts(5))
        #expect((plan.refusal, plan.nodesToMove, plan.othersServing, plan.isDraining) == (nil, 5, 2, false))
        #expect(drain.state == .serving && drain.run == nil)
    }

    @Test func aSecondOrderChangesTheDeadline() {
        var drain = draining(facts(5))
        #expect(
            drain.begin(DrainOrder(deadline: .seconds(10), then: .stay), facts(5), at: start + .seconds(60), unix: 0)
                == nil)
        #expect(drain.advance(facts(5), at: start + .seconds(69)) == nil)
        #expect(drain.status(facts(5), at: start + .seconds(69)).then == .stay)
        #expect(drain.advance(facts(5), at: start + .seconds(70)) == .deadline(nodesLeft: 5))
        #expect(drain.status(facts(5), at: start + .seconds(70)).elapsedSeconds == 70, "counted from the first")
    }

    @Test func cancelledItServesAgain() {
        var drain = draining(facts(5))
        #expect(drain.cancel(facts(3), at: start + .seconds(5)) == .cancelled)
        #expect(drain.state == .serving)
        #expect(drain.phase(facts(3)) == .serving)
        #expect(drain.advance(facts(0), at: start + .seconds(500)) == nil)
        #expect(drain.cancel(facts(3), at: start + .seconds(6)) == .notDraining)
        let status = drain.status(facts(9), at: start + .seconds(50))
        #expect(status.elapsedSeconds == 5, "the numbers of the drain that was")
    }

    @Test func whoHasLeftIsBeyondOrders() {
        var drain = draining(facts(0))
        drain.left(at: start + .seconds(2))
        #expect(drain.begin(order, facts(0), at: start + .seconds(3), unix: 0) != nil)
        guard case .tooLate = drain.cancel(facts(0), at: start + .seconds(3)) else {
            Issue.record("it has left")
            return
        }
    }

    // MARK: Its end

    @Test func theDeadlineIsHonoured() {
        var drain = draining(facts(5))
        #expect(drain.advance(facts(5), at: start + .milliseconds(129_999)) == nil)
        #expect(drain.advance(facts(5), at: start + .seconds(130)) == .deadline(nodesLeft: 5))
    }

    @Test func withoutNodesItWaitsUntilNothingComesForThem() {
        var drain = draining(facts(1))
        #expect(drain.advance(facts(0, forwarded: 1), at: start + .seconds(3)) == nil)
        #expect(drain.advance(facts(0, forwarded: 2), at: start + .milliseconds(3_900)) == nil)
        #expect(drain.advance(facts(0, forwarded: 2), at: start + .milliseconds(4_899)) == nil)
        #expect(drain.advance(facts(0, forwarded: 2), at: start + .milliseconds(4_900)) == .empty)
    }

    @Test func aStreamOfFramesHoldsItForTenSeconds() {
        var drain = draining(facts(0))
        for tenth in 1..<100 {
            let ending = drain.advance(
                facts(0, forwarded: UInt64(tenth)), at: start + .milliseconds(UInt64(tenth) * 100))
            #expect(ending == nil)
        }
        #expect(drain.advance(facts(0, forwarded: 101), at: start + .milliseconds(10_100)) == .empty)
    }

    @Test func aNodeThatComesBackIsWaitedFor() {
        var drain = draining(facts(1))
        #expect(drain.advance(facts(0), at: start + .seconds(1)) == nil)
        #expect(drain.advance(facts(1), at: start + .milliseconds(1_500)) == nil)
        #expect(drain.advance(facts(1), at: start + .seconds(20)) == nil)
        #expect(drain.advance(facts(0), at: start + .seconds(30)) == nil)
        #expect(drain.advance(facts(0), at: start + .seconds(31)) == .empty)
    }

    // MARK: Status

    @Test func theStatusCountsFromTheDrainsBegin() {
        var begin = facts(10, departed: 100, forwarded: 1_000)
        begin.expired = 7
        begin.refused = 3
        begin.framesRepeated = 20
        begin.framesLost = 1
        let drain = draining(begin)
        var now = facts(4, departed: 105, forwarded: 1_500)
        now.expired = 8
        now.refused = 5
        now.framesRepeated = 26
        now.framesLost = 1
        let status = drain.status(now, at: start + .seconds(30))
        #expect(status.state == .draining && status.beganAt == 1_800_000_000)
        #expect((status.nodesAtStart, status.nodesLeft, status.nodesMoved, status.nodesExpired) == (10, 4, 5, 1))
        #expect((status.idsRefused, status.framesForwarded, status.framesRepeated, status.framesLost) == (2, 500, 6, 0))
        #expect((status.elapsedSeconds, status.deadlineSeconds, status.leftSeconds) == (30, 130, 100))
        #expect(status.blockers == ["4 nodes are still here"])
    }

    @Test func itSaysWhatKeepsIt() {
        let drain = draining(facts(1))
        #expect(drain.status(facts(1), at: start).blockers == ["1 node is still here"])
        #expect(drain.status(facts(1, others: 0), at: start).blockers.count == 2)
        #expect(drain.status(facts(0), at: start).blockers == ["frames for nodes that have moved still come in"])
        #expect(Drain().status(facts(3), at: start).blockers == [])
    }
}
