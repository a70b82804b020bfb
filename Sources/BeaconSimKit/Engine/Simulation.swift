import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory

/// One run: a fleet of production cores in virtual time, a function of (scenario, members, seed) alone. Not thread-safe;
/// a campaign has one for each run.
public final class Simulation {
    public let scenario: Scenario
    public let members: Int
    public let seed: UInt64

    var now = Moment(nanoseconds: 0)
    var queue = EventQueue()
    var network: Network
    var dice: SeededRandom
    var hosts: [Host] = []
    var nodes: [SimNode] = []
    var payloads = Slots<InFlight>()
    var probes = Slots<PendingProbe>()
    var streams = StreamTable()
    var plan: Plan
    var generators: [Traffic] = []
    var recorder = Recorder()
    /// Bytes that strangers sent to the fleet, and that it sent to them.
    var fromStrangers: UInt64 = 0
    var toStrangers: UInt64 = 0

    var rows: MemberRows
    /// The latest word of each member about itself.
    var truth: [Truth]
    /// Every death that anybody has declared.
    var declaredDead: Set<DeathKey> = []
    /// The shortest suspicion that the settings allow.
    var minimumSuspicion = Delay.milliseconds(0)
    var frames = Slots<Frame>()
    var settled: UInt64 = 0
    var sweeps = 0
    /// Of the last rotation that began.
    var lastKey: [UInt8] = []
    var watches = Watches()
    var trace = Trace()
    var report: RunReport
    var violation: Violation?
    var pairTroubles: PairTroubles
    var cutTroubles: PairTroubles
    var formedAt: Moment?
    /// When the last fault is over that touches who sees whom; nodes may move, and strangers send, until the plan's end.
    var quietFrom = Moment(nanoseconds: 0)
    var viewsSameAt: Moment?
    var directorySameAt: Moment?
    /// Where the last difference of views, and the last wrong entry, were found: looked at first.
    var lastDifferent = 0
    var lastWrongNode = 0
    var lastCrash = Moment(nanoseconds: 0)
    var cursors: [UInt64: CursorMark] = [:]
    /// Operations of all logs while the plan is carried out.
    var changes: UInt64 = 0
    /// Told of the time each virtual second of a run.
    var progress: ((Moment) -> Void)?
    /// Set while the fleet is left alone for a figure: no observing, no end of its own.
    var isManual = false

    public init(_ scenario: Scenario, members: Int, seed: UInt64) {
        self.scenario = members > Self.headsInDatagram ? scenario.with(scenario.inLargeFleets) : scenario
        self.members = members
        self.seed = seed
        var dice = SeededRandom(seed: seed ^ UInt64(members) << 40)
        let total = members + scenario.extraHosts
        network = Network(scenario.network, hosts: total, dice: &dice)
        plan = Plan(members: members, length: scenario.length, dice: dice.fork())
        rows = MemberRows(observers: total, subjects: members)
        pairTroubles = PairTroubles(hosts: total)
        cutTroubles = PairTroubles(hosts: total)
        truth = Array(repeating: Truth(), count: members)
        report = RunReport(scenario: scenario.name, members: members, seed: seed)
        let secret = (0..<32).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        self.dice = dice
        makeHosts(total, keys: KeyRing([secret])!)
        makeNodes()
    }

    private func makeHosts(_ total: Int, keys: KeyRing) {
        for index in 0..<total {
            let clock = HostClock(base: dice.next() >> 14, epoch: scenario.epoch)
            // An extra host has the id of an ordinary one.
            let beacon = BeaconID(UInt32(index % members) + 1)
            hosts.append(Host(index: index, beacon: beacon, clock: clock, keys: keys))
        }
    }

    private func makeNodes() {
        guard scenario.nodesPerBeacon > 0 else { return }
        for index in 0..<members * scenario.nodesPerBeacon {
            var node = SimNode(index: index)
            node.home = index % members
            nodes.append(node)
        }
    }

    // MARK: Running

    /// The whole run: start, faults, healing, end.
    public func run() -> RunReport {
        scenario.plan(&plan)
        plan.sort()
        for (index, planned) in plan.faults.enumerated() {
            queue.push(.fault, at: planned.at, first: UInt32(index))
        }
        quietFrom = plan.faults.filter(\.fault.touchesViews).map(\.at).max() ?? plan.start
        startFleet()
        queue.push(.observe, at: now + .milliseconds(100))
        queue.push(.sweep, at: now + sweepInterval)
        let end = plan.end + scenario.settleLimit + .seconds(2)
        var told = now
        while violation == nil, !isFinished, step(until: end) {
            guard let progress, now >= told + .seconds(1) else { continue }
            told = now
            progress(now)
        }
        report.exercised(.reordering, network.stragglers)
        if violation == nil { finish() }
        return closedReport()
    }

    /// Every member starts, and every node looks for its beacon a little later.
    func startFleet() {
        for index in 0..<members {
            let delay = dice.between(.milliseconds(0), scenario.startSpread)
            plan.append(.start(index))
            queue.push(.fault, at: now + delay, first: UInt32(plan.faults.count - 1))
        }
        for index in nodes.indices where scenario.keepAlive > .milliseconds(0) {
            let delay = dice.between(.milliseconds(0), scenario.registrationSpread ?? scenario.keepAlive)
            queue.push(.keepAlive, at: now + .seconds(2) + delay, first: UInt32(index))
        }
    }

    /// One event, unless it is later than `end`.
    @inline(__always)
    func step(until end: Moment) -> Bool {
        guard let event = queue.pop() else { return false }
        guard event.at <= end else {
            now = end
            return false
        }
        now = event.at
        dispatch(event)
        return true
    }

    /// For figures: everything until `end`; false when a property failed.
    func run(until end: Moment) -> Bool {
        while violation == nil, now < end {
            guard let event = queue.pop() else { break }
            if event.at > end {
                queue.pushBack(event)
                break
            }
            now = event.at
            dispatch(event)
        }
        now = max(now, end)
        return violation == nil
    }

    /// The faults that this run has in store, as text.
    public var planText: [String] {
        var plan = Plan(members: members, length: scenario.length, dice: plan.dice)
        scenario.plan(&plan)
        plan.sort()
        return plan.faults.map { "\($0.at.text)  \($0.fault)" }
    }

    private var isFinished: Bool {
        guard let views = viewsSameAt, let directory = directorySameAt else { return false }
        return now > max(plan.end, views, directory) + .seconds(2)
    }

    var sweepInterval: Delay { members <= 16 ? .seconds(1) : members <= 200 ? .seconds(5) : .seconds(20) }

    // MARK: Failing

    /// Notes that a property did not hold; the run ends with this event.
    func fail(_ property: Property, _ text: String, _ involved: [Int] = []) {
        guard violation == nil else { return }
        violation = Violation(property: property, at: now, text: text)
        report.failedHosts = involved
    }

    private func aboutPair(_ observer: Int, _ subject: Int) -> [String] {
        let own =
            hosts[subject].process.map { "member \(subject) is \($0.cluster.me.text)" } ?? "member \(subject) is down"
        return ["what host \(observer) has said of member \(subject):"]
            + trace.last(16, of: observer, about: subject).map(\.description) + [own]
    }

    /// What has become of a node lately, and how far everybody has followed the log that it should be in.
    private func aboutNode(_ index: Int) -> [String] {
        let owner = nodes[index].home < 0 ? nil : hosts[nodes[index].home].beacon
        let followers = hosts.compactMap { host -> String? in
            guard let process = host.process else { return nil }
            let row = process.cluster.owners.first { $0.owner == owner }
            let text = row.map {
                "session \($0.session) cursor \($0.cursor) of \($0.head), \($0.entries) entries, routable \($0.isRoutable), settled \($0.isSettled)"
            }
            let stamp = process.table.find(SimNode.id(index)).map { "\($0.stamp.unixMilliseconds)" } ?? "none"
            let counters = process.cluster.counters.directory
            let repairs =
                "gaps \(counters.gaps) nacks \(counters.nacksSent) held full \(counters.heldFull) snapshots \(counters.snapshotsTaken) exchanges failed \(counters.exchangesFailed)"
            return "host \(host.index): log of its beacon: \(text ?? "none"); stamp found: \(stamp); \(repairs)"
        }
        return ["node \(index), home \(nodes[index].home):"]
            + trace.last(24, ofNode: index).map(\.description) + followers
    }

    private func closedReport() -> RunReport {
        report.violation = violation
        report.checksum = trace.checksum
        report.events = trace.events
        report.virtualTime = now
        report.changeRate = Double(changes) / max(plan.end.since(plan.start).inSeconds, 1)
        if violation != nil {
            report.lastEvents = trace.last(40, of: report.failedHosts).map(\.description)
            report.lastEvents += report.failedNode.map(aboutNode) ?? []
            if report.failedHosts.count == 2 {
                report.lastEvents += aboutPair(report.failedHosts[0], report.failedHosts[1])
            }
        }
        for host in hosts {
            report.datagrams += host.traffic.datagrams
            report.bytes += host.traffic.bytes
            report.peakBytesPerSecond = max(report.peakBytesPerSecond, host.traffic.peak)
        }
        return report
    }
}

/// A datagram on its way.
struct InFlight: Sendable {
    var bytes: [UInt8]
    var source: Address
    var from: UInt32
}

/// The highest that a member has said of itself.
struct Truth: Sendable {
    var session: UInt64 = 0
    var incarnation: UInt32 = 0
    /// When it last rose.
    var raisedAt = Moment(nanoseconds: 0)
    /// Two hosts have its id: nothing is promised of it.
    var isDisputed = false
}
