import BeaconBasics
import BeaconCluster

extension Simulation {
    @inline(__always)
    func dispatch(_ event: Event) {
        switch event.kind {
        case .datagram, .timer, .service, .streamRequest, .streamReply, .streamTimeout, .probeAnswer:
            let host = hosts[Int(event.host)]
            guard host.pace.isNormal || event.kind == .service else { return lag(event, at: host) }
            work(event, at: host)
        case .keepAlive: keepAlive(Int(event.first), generation: event.second)
        case .expiry: expire(Int(event.first), at: hosts[Int(event.host)], life: event.second)
        case .seeds: askSeeds(hosts[Int(event.host)], life: event.first)
        case .fault: apply(plan.faults[Int(event.first)].fault)
        case .generator: generate(Int(event.first))
        case .crashCheck: checkCrash(hosts[Int(event.host)], life: event.first)
        case .refutationDue: checkRefutation(of: Int(event.first), event.second, at: hosts[Int(event.host)])
        case .joinDue: checkJoin(of: hosts[Int(event.host)], life: event.first)
        case .bootstrapDue: checkBootstrap(of: hosts[Int(event.host)], life: event.first)
        case .frame: frameArrived(event.first, at: hosts[Int(event.host)])
        case .sweep:
            sweep()
            queue.push(.sweep, at: now + sweepInterval)
        case .observe: observe()
        }
    }

    /// Hands one event to the process, now.
    func work(_ event: Event, at host: Host) {
        switch event.kind {
        case .datagram: arrive(event, at: host)
        case .timer: timer(event, at: host)
        case .service: serveInbox(of: host, life: event.first)
        case .streamRequest: streamRequested(event, at: host)
        case .streamReply: streamAnswered(event, at: host)
        case .streamTimeout: streamTimedOut(event, at: host)
        case .probeAnswer: probeAnswered(event, at: host)
        default: break
        }
    }

    private func arrive(_ event: Event, at host: Host) {
        guard let datagram = payloads.take(event.first) else { return }
        guard let process = host.process, !network.isBlocked(from: Int(datagram.from), to: host.index) else { return }
        trace.record(
            TraceRecord(
                at: now, what: .arrived, host: event.host, other: datagram.from, detail: Self.tail(datagram.bytes)))
        process.cluster.receive(datagram.bytes.span.bytes, from: datagram.source, at: host.clock.time(at: now))
        settle(host, process)
    }

    private func timer(_ event: Event, at host: Host) {
        guard let process = host.process, process.life == event.first, event.at >= process.timerAt else { return }
        process.timerAt = BeaconProcess.never
        let time = host.clock.time(at: now)
        guard process.cluster.deadline <= time.moment else { return arm(host, process) }
        trace.record(TraceRecord(at: now, what: .timer, host: event.host, other: event.host))
        process.cluster.advance(to: time)
        process.idleTimers = process.cluster.deadline <= time.moment ? process.idleTimers + 1 : 0
        if process.idleTimers > 1_000 { fail(.contract, "advance does not move the deadline", [host.index]) }
        settle(host, process)
    }

    /// The last eight bytes: of a sealed datagram its authenticator, which depends on all others.
    @inline(__always)
    static func tail(_ bytes: [UInt8]) -> UInt64 {
        var word = UInt64(bytes.count)
        for place in max(0, bytes.count - 8)..<bytes.count { word = word << 8 ^ UInt64(bytes[place]) }
        return word
    }

    // MARK: After every call

    /// Takes the outputs, looks at what has changed, sets the timer.
    func settle(_ host: Host, _ process: BeaconProcess) {
        settled &+= 1
        if settled % Self.tablesEvery == 0 { checkTables(host, process) }
        if !process.isLeaving, process.cluster.me.state != .alive {
            fail(.s6, "host \(host.index) is \(process.cluster.me.state)", [host.index])
        }
        var outputs = 0
        while let output = process.cluster.poll() {
            outputs += 1
            take(output, of: host, process)
        }
        if outputs > 64 * hosts.count + 4_096 {
            fail(.s14, "\(outputs) outputs of one call", [host.index])
        }
        if watches.active & ~process.seen != 0 { lookAtWatches(host, process) }
        guard host.process === process else { return }
        if !process.fallen.isEmpty { checkFallen(host, process) }
        arm(host, process)
    }

    func arm(_ host: Host, _ process: BeaconProcess) {
        let deadline = process.cluster.deadline
        guard deadline != BeaconProcess.never, let instant = host.clock.instant(of: deadline) else { return }
        let at = max(instant, now)
        guard at < process.timerAt else { return }
        process.timerAt = at
        queue.push(.timer, at: at, host: host.index, first: process.life)
    }

    private func take(_ output: consuming ClusterOutput, of host: Host, _ process: BeaconProcess) {
        switch output {
        case .datagram(let bytes, let address): send(bytes, from: host, to: address)
        case .streamOpen(let id, let address, let request): openStream(id, request, from: host, process, to: address)
        case .streamReply(let id, let bytes): replyOnStream(id, bytes, at: host)
        case .streamClose(let id): closeStream(id, at: host)
        case .withdraw(let node, let beacon): withdraw(node, movedTo: beacon, at: host, process)
        case .moved(let node, let data): process.frames?.moved(node, to: data, at: now)
        case .probe(let id, let node, let claimant): probe(id, node, claimant: claimant, at: host, process)
        case .claimDecided(let node, let claimant, let outcome):
            claimDecided(node, claimant: claimant, granted: outcome == .granted, at: host, process)
        case .punch: note(.punched, host)
        case .punchTarget(let id, let node, _):
            process.cluster.punched(id, target: process.nodes[node.rawValue]?.address, at: host.clock.time(at: now))
            note(.punched, host)
        case .keysChanged(let ring):
            host.keys = ring
            process.frames?.use(ring)
        case .event(let event): take(event, of: host, process)
        case .left: processLeft(host, process)
        }
    }

    private func note(_ milestone: Milestone, _ host: Host) {
        report.reached(milestone)
        trace.record(TraceRecord(at: now, what: .punched, host: UInt32(host.index), other: UInt32(host.index)))
    }
}
