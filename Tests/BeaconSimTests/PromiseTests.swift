import BeaconBasics
import BeaconCluster
import BeaconMembership
import Testing

@testable import BeaconSimKit

/// Every promise about time can be broken: the network or the data plane fails behind the checks' back, as a bug would.
@Suite struct PromiseTests {
    @Test func l1ACrashMustBeNoticed() {
        let simulation = Simulation.standing { $0.detectionLimit = .seconds(1) }
        simulation.apply(.crash(3, silent: false))
        simulation.pass(.seconds(2))
        #expect(simulation.broken == .l1)
    }

    @Test func l2TheWellAreNotDeclaredDead() {
        let simulation = Simulation.standing()
        for other in 0..<5 where other != 3 { simulation.network.setCut(from: 3, to: other, true) }
        simulation.pass(.seconds(20))
        #expect(simulation.broken == .l2)
    }

    @Test func l3SuspicionsClear() {
        let simulation = Simulation.standing()
        simulation.rows[0, 1].state = .suspect
        simulation.rows[0, 1].suspectedAt = simulation.now
        simulation.expectRefutation(of: 1, simulation.rows[0, 1].incarnation, at: simulation.hosts[0])
        let end = simulation.now + simulation.scenario.refutationLimit
        while simulation.violation == nil, simulation.now <= end, let event = simulation.queue.pop() {
            simulation.now = event.at
            // Only what is due of the promise: the sweep would see that the row is not what the core says.
            if event.kind == .refutationDue { simulation.dispatch(event) }
        }
        #expect(simulation.broken == .l3)
    }

    @Test func l4NewcomersAreSeen() {
        let simulation = Simulation.standing()
        simulation.apply(.crash(4, silent: false))
        simulation.pass(.seconds(15))
        simulation.apply(.start(4))
        // Behind the plan's back, which would excuse it.
        for other in 0..<4 {
            simulation.network.setCut(from: 4, to: other, true)
            simulation.network.setCut(from: other, to: 4, true)
        }
        simulation.pass(.seconds(4))
        #expect(simulation.broken == .l4)
    }

    @Test func l5ViewsBecomeTheSame() {
        let simulation = Simulation.standing()
        simulation.quietFrom = simulation.now
        simulation.pass(.seconds(1))
        for other in 0..<4 { simulation.network.setCut(from: 4, to: other, true) }
        // The excuse for being held dead, but none for staying so.
        simulation.hosts[4].excusedUntil = BeaconProcess.never
        simulation.queue.push(.observe, at: simulation.now)
        simulation.pass(.seconds(30))
        #expect(simulation.broken == .l5)
    }

    @Test func l6ChangesAreSeen() {
        let simulation = Simulation.standing()
        let index = simulation.nodes.firstIndex { $0.registered == 1 }!
        simulation.move(index, to: 2)
        // Its batches get lost, and so do the heads that others tell of them.
        for other in 0..<5 where other != 0 { simulation.network.setCut(from: other, to: 0, true) }
        simulation.pass(.seconds(6))
        #expect(simulation.broken == .l6 || simulation.broken == .l2)
        let late = Simulation.standing { $0.directoryLimit = .milliseconds(1) }
        let other = late.nodes.firstIndex { $0.registered == 1 }!
        late.move(other, to: 2)
        // The claim takes its time; then nobody can have heard of the registration for 20 ms.
        while !late.watches.slots.contains(where: { $0?.node == other }), late.step(until: late.now + .seconds(5)) {}
        late.pass(.milliseconds(5))
        for slot in 0..<64 { late.watches.slots[slot].map { late.checkWatch(slot, $0) } }
        #expect(late.broken == .l6)
    }

    @Test func l7TheDirectoryIsExact() {
        let simulation = Simulation.standing { $0.length = .seconds(30) }
        simulation.quietFrom = simulation.plan.end
        // A node that its beacon has lost without a word to anybody, and that does not come back.
        simulation.process(0).nodes[SimNode.id(simulation.nodes.firstIndex { $0.registered == 0 }!).rawValue] = nil
        for index in simulation.nodes.indices { simulation.nodes[index].generation &+= 1 }
        simulation.pass(.seconds(80))
        #expect(simulation.broken == .l7)
    }

    @Test func l8NewcomersKnowEverything() {
        let simulation = Simulation.standing { $0.bootstrapLimit = .milliseconds(1) }
        simulation.apply(.crash(4, silent: false))
        simulation.pass(.seconds(15))
        simulation.apply(.start(4))
        simulation.pass(.seconds(1))
        #expect(simulation.broken == .l8)
    }

    @Test func l9FramesArrive() {
        let simulation = Simulation.standing()
        let index = simulation.nodes.firstIndex { $0.registered == 1 }!
        let frames = { (host: Int) in
            for _ in 0..<400 where simulation.violation == nil { simulation.sendFrame(at: simulation.hosts[host]) }
            simulation.pass(.seconds(1))
        }
        frames(0)
        #expect(simulation.violation == nil && simulation.report.milestones[Milestone.framesDelivered.index] > 300)
        // The data plane has lost an entry.
        simulation.process(1).frames!.drop(SimNode.id(index))
        frames(0)
        #expect(simulation.broken == .l9)
    }

    @Test func l10TheVerdictEndsAllRoutes() {
        let simulation = Simulation.standing()
        simulation.rows[0, 1].state = .dead
        simulation.process(0).fallen = [1]
        simulation.checkFallen(simulation.hosts[0], simulation.process(0))
        #expect(simulation.broken == .l10)
    }

    @Test func l11KeysChangeWithoutASuspicion() {
        let simulation = Simulation.standing { $0.allowsSuspicions = false }
        for other in 0..<5 where other != 3 { simulation.network.setCut(from: 3, to: other, true) }
        simulation.pass(.seconds(10))
        #expect(simulation.broken == .l11)
    }

    @Test func l11EverybodySealsWithTheLastKey() {
        let simulation = Simulation.standing()
        let before = simulation.hosts[1].keys
        simulation.apply(.rotate(0))
        simulation.pass(.seconds(5))
        #expect(simulation.report.milestones[Milestone.keysRotated.index] > 0)
        simulation.checkKeys()
        #expect(simulation.violation == nil)
        // One forgets it.
        simulation.process(1).cluster.setKeys(before, at: simulation.hosts[1].clock.time(at: simulation.now))
        simulation.checkKeys()
        #expect(simulation.broken == .l11)
    }

    @Test func l11ARotationCompletes() {
        let simulation = Simulation.standing()
        for other in 0..<5 where other != 3 {
            simulation.network.setCut(from: 3, to: other, true)
            simulation.network.setCut(from: other, to: 3, true)
        }
        simulation.apply(.rotate(0))
        simulation.pass(.seconds(1))
        #expect(simulation.violation == nil && simulation.report.milestones[Milestone.keysRotated.index] == 0)
        simulation.checkKeys()
        #expect(simulation.broken == .l11)
    }

    @Test func l12RoutesAreRight() {
        let simulation = Simulation.standing()
        let frame = Frame(
            bytes: [6], source: simulation.hosts[0].data, entry: 0, destination: 0, sentAt: simulation.now)
        simulation.deliver(frame, to: simulation.nodes[0].address, by: simulation.hosts[0])
        #expect(simulation.violation == nil)
        simulation.deliver(frame, to: simulation.nodes[1].address, by: simulation.hosts[0])
        #expect(simulation.broken == .l12)
    }

    @Test func l12NobodyDies() {
        let simulation = Simulation.standing {
            $0.allowsDeaths = false
            $0.falseDeathsAllowed = .max
        }
        for other in 0..<5 where other != 3 { simulation.network.setCut(from: 3, to: other, true) }
        simulation.pass(.seconds(20))
        #expect(simulation.broken == .l12)
    }

    @Test func aCampaignSeesBrokenPromises() {
        let plan = CampaignPlan(scenarios: Scenario.all.filter(\.isStandard), seeds: 100, first: 1, hundreds: 0)
        var report = CampaignReport()
        var run = RunReport(scenario: "partition2", members: 3, seed: 1)
        let well: [(Measure, Delay)] = [
            (.detection, .seconds(3)), (.refutation, .seconds(1)), (.join, .milliseconds(100)),
            (.directory, .milliseconds(100)), (.heal, .seconds(2)),
        ]
        for (measure, delay) in well { for _ in 0..<60 { run.measure(measure, delay) } }
        report.add(run)
        #expect(report.shortfalls(plan) == [])
        run = RunReport(scenario: "partition2", members: 3, seed: 2)
        for (measure, _) in well { for _ in 0..<60 { run.measure(measure, .seconds(15)) } }
        report.add(run)
        let broken = report.shortfalls(plan).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(
            Set(broken) == ["L1 detection", "L3 refutation", "L4 join", "L5 heal", "L6 directory"], "\(broken)")
        let partial = CampaignPlan(scenarios: [Scenario.all[0]], seeds: 1, first: 1, hundreds: 0)
        #expect(report.shortfalls(partial) == [])
    }
}
