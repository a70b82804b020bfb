import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconDirectory
import BeaconMembership

extension Simulation {
    static let seedInterval = Delay.seconds(30)
    static let seedCount = 3

    func apply(_ fault: Fault) {
        trace.record(TraceRecord(at: now, what: .fault, host: fault.host, other: fault.host))
        defer { if network.hasCuts { noteTroubles() } }
        switch fault {
        case .start(let index): start(hosts[index])
        case .crash(let index, let silent): crash(hosts[index], silent: silent)
        case .leave(let index): leave(hosts[index])
        case .drain(let index, let draining): drain(hosts[index], draining)
        case .pace(let index, let pace): setPace(hosts[index], pace)
        case .deaf(let index, let deaf):
            network.setDeaf(index, deaf)
            report.exercised(.deaf)
            excuse(hosts[index], deaf, .deaf)
        case .mute(let index, let mute):
            network.setMute(index, mute)
            report.exercised(.mute)
            excuse(hosts[index], mute, .mute)
        case .cut(let from, let to, let isCut):
            network.setCut(from: from, to: to, isCut)
            report.exercised(.oneWay)
            noteTroubles()
        case .partition(let groups): part(groups)
        case .heal: heal()
        case .network(let settings): network.settings = settings
        case .wallError(let index, let error):
            hosts[index].clock.wallError = error
            report.exercised(.wallClock)
        case .clockRate(let index, let rate): setClockRate(hosts[index], rate)
        case .rotate(let index): rotateKeys(hosts[index])
        case .copyKeys(let from, let to): copyKeys(from: hosts[from], to: hosts[to])
        case .traffic(let traffic): startTraffic(traffic)
        case .rehome(let index, let time): rehome(from: index, over: time)
        case .twin(let home, let other): addTwin(of: home, at: other)
        }
    }

    // MARK: Processes

    func start(_ host: Host) {
        guard host.process == nil else { return }
        host.lives += 1
        let time = host.clock.time(at: now)
        let me = Member(
            beacon: host.beacon, session: SessionID(max(1, time.unixMilliseconds)), control: host.control,
            data: host.data, softwareVersion: SoftwareVersion(1, 0, 0))
        var settings = ClusterSettings(me: me)
        settings.label = "simulation"
        scenario.configure(&settings)
        let table = DirectoryTable(capacity: max(1_024, nodes.count * 2 + 4_096), hash: KeyedHash(using: &dice))
        let cluster = Cluster(settings, keys: host.keys, table: table, seed: dice.next(), at: time)
        let process = BeaconProcess(cluster: cluster, table: table, life: host.lives, at: now)
        host.process = process
        noteRestart(of: host)
        host.stoppedAt = nil
        host.isSilent = false
        rows.clear(observer: host.index)
        clearCursors(of: host)
        if host.index >= members { dispute(host) }
        refreshTruth(subject(of: host.beacon), host)
        minimumSuspicion = min(
            settings.membership.timing.minimumSuspicion, settings.membership.lossyTiming.minimumSuspicion)
        expectJoin(of: host, process)
        settle(host, process)
        queue.push(.seeds, at: now, host: host.index, first: process.life)
    }

    private func noteRestart(of host: Host) {
        guard host.lives > 1 else { return }
        report.exercised(.restart)
        if host.hasLeftDrained { report.exercised(.redeploy) }
        host.hasLeftDrained = false
        let isMass = hosts.prefix(members).allSatisfy {
            $0.lives > 1 && $0.process.map { now < $0.startedAt + .seconds(30) } ?? false
        }
        if isMass { report.exercised(.massRestart) }
    }

    /// A second host with the id of another: nothing is promised of either, from now on.
    private func dispute(_ host: Host) {
        report.exercised(.duplicateID)
        let subject = subject(of: host.beacon)
        truth[subject].isDisputed = true
        hosts[subject].excusedUntil = BeaconProcess.never
        host.excusedUntil = BeaconProcess.never
    }

    private func stop(_ host: Host) {
        refreshTruth(subject(of: host.beacon), host)
        host.process = nil
        host.stoppedAt = now
        discardInbox(of: host)
        if !host.pace.isNormal { excuse(host, false, .pace) }
        host.pace = .normal
    }

    private func crash(_ host: Host, silent: Bool) {
        guard let process = host.process else { return }
        report.exercised(silent ? .silentCrash : .crash)
        stop(host)
        host.isSilent = silent
        lastCrash = max(lastCrash, now)
        queue.push(.crashCheck, at: now + scenario.detectionLimit, host: host.index, first: process.life)
    }

    private func leave(_ host: Host) {
        guard let process = host.process, !process.isLeaving else { return }
        report.exercised(.leave)
        process.isLeaving = true
        process.cluster.leave(at: host.clock.time(at: now))
        settle(host, process)
    }

    func processLeft(_ host: Host, _ process: BeaconProcess) {
        guard process.isLeaving else { return fail(.contract, "left without having been asked", [host.index]) }
        trace.record(TraceRecord(at: now, what: .left, host: UInt32(host.index), other: UInt32(host.index)))
        process.hasLeft = true
        host.hasLeftDrained = process.isDraining
        report.reached(.leftCleanly)
        stop(host)
        if network.hasCuts { noteTroubles() }
    }

    private func drain(_ host: Host, _ draining: Bool) {
        guard let process = host.process else { return }
        report.exercised(.drain)
        process.isDraining = draining
        process.frames?.setDraining(draining)
        let time = host.clock.time(at: now)
        // The reference daemons' slowest way to another beacon (protocol.md §9.2).
        let deadline = DrainDeadline(unixSeconds: UInt32(truncatingIfNeeded: time.unixMilliseconds / 1_000) + 130)
        process.cluster.setDrain(draining ? deadline : nil, at: time)
        settle(host, process)
    }

    private func setPace(_ host: Host, _ pace: FaultPace) {
        guard host.process != nil else { return }
        switch pace {
        case .normal:
            excuse(host, false, .pace)
            host.pace = .normal
            emptyInbox(of: host)
            return
        case .paused: host.pace = .paused
        case .late(let low, let high): host.pace = .late(low, high)
        case .starved(let low, let high): host.pace = .starved(low, high)
        }
        excuse(host, true, .pace)
    }

    private func setClockRate(_ host: Host, _ rate: UInt64) {
        host.clock.run(at: rate, from: now)
        report.exercised(.clockRate)
        guard let process = host.process else { return }
        process.timerAt = BeaconProcess.never
        arm(host, process)
    }

    /// From now on, or until a while after the last of its troubles, the host is excused.
    private func excuse(_ host: Host, _ isFaulty: Bool, _ trouble: HostTroubles) {
        if isFaulty { host.troubles.insert(trouble) } else { host.troubles.remove(trouble) }
        guard !truth[subject(of: host.beacon)].isDisputed else { return }
        host.excusedUntil = host.troubles.isEmpty ? now + Self.grace : BeaconProcess.never
    }

    // MARK: The network

    private func part(_ groups: [UInt8]) {
        network.partition((0..<hosts.count).map { groups[$0 % members] })
        noteTroubles()
        report.exercised(.partition)
    }

    private func heal() {
        network.heal()
        noteTroubles()
    }

    // MARK: Seeds

    /// What DNS or the registry would name: the first few hosts, whoever they are.
    func askSeeds(_ host: Host, life: UInt32) {
        guard let process = host.process, process.life == life else { return }
        if host.pace.isNormal {
            for seed in 0..<min(Self.seedCount, members) where seed != host.index {
                process.cluster.contact(hosts[seed].control, at: host.clock.time(at: now))
            }
            settle(host, process)
        }
        queue.push(.seeds, at: now + Self.seedInterval, host: host.index, first: life)
    }

    // MARK: Keys

    private func rotateKeys(_ host: Host) {
        guard let process = host.process else { return }
        let secret = (0..<KeyRing.keyLength).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        if process.cluster.rotate(to: secret, at: host.clock.time(at: now)) {
            report.exercised(.keyRotation)
            lastKey = secret
        }
        settle(host, process)
    }

    private func copyKeys(from: Host, to: Host) {
        to.keys = from.keys
        guard let process = to.process else { return }
        report.exercised(.straggler)
        process.cluster.setKeys(from.keys, at: to.clock.time(at: now))
        process.frames?.use(from.keys)
        settle(to, process)
        excuse(to, false, .pace)
    }
}

extension Fault {
    /// Whether it, or its end, changes who is seen as what by whom.
    var touchesViews: Bool {
        switch self {
        case .traffic, .wallError, .clockRate, .rotate, .rehome, .twin: false
        default: true
        }
    }

    /// Whom it strikes first; for the trace.
    var host: UInt32 {
        switch self {
        case .start(let host), .crash(let host, _), .leave(let host), .drain(let host, _), .pace(let host, _),
            .deaf(let host, _), .mute(let host, _), .wallError(let host, _), .clockRate(let host, _),
            .rotate(let host), .rehome(let host, _):
            UInt32(host)
        case .cut(let from, _, _), .copyKeys(let from, _), .twin(let from, _): UInt32(from)
        case .partition, .heal, .network, .traffic: 0
        }
    }
}
