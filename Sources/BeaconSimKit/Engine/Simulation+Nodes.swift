import BeaconBasics
import BeaconCluster
import BeaconDirectory

/// A probe of a node's life that has been asked for and is not answered yet.
struct PendingProbe: Sendable {
    var id: ProbeID
    var life: UInt32
    var result: ProbeResult
}

/// The data planes in miniature, and the daemons: who registers where, by the rules of the registration policy.
extension Simulation {
    /// A local entry that was not refreshed for so many keep-alives expires.
    static let expiryFactor: UInt64 = 4

    // MARK: Daemons

    func keepAlive(_ index: Int, generation: UInt32) {
        guard nodes[index].generation == generation, nodes[index].home >= 0 else { return }
        for home in [nodes[index].home, nodes[index].twin] where home >= 0 { reach(index, home) }
        let jitter = Delay(nanoseconds: scenario.keepAlive.nanoseconds / 8)
        let next = now + scenario.keepAlive + dice.between(.milliseconds(0), jitter)
        queue.push(.keepAlive, at: next, first: UInt32(index), second: nodes[index].generation)
    }

    /// The daemon's discover, to the beacon on that host.
    private func reach(_ index: Int, _ home: Int) {
        let host = hosts[home]
        guard let process = host.process, !process.isLeaving else {
            // Its beacon does not answer: it tries another, as its operator or its registry would have it.
            if home == nodes[index].home, dice.below(2) == 0, let other = servingHost() { move(index, to: other) }
            return
        }
        // It asks twice before it gives up until the next time.
        let loss = network.settings.loss
        guard host.pace.isNormal, !dice.happens(loss) || !dice.happens(loss) else { return }
        discover(index, at: host, process)
    }

    /// Any host that takes nodes in.
    func servingHost() -> Int? {
        for _ in 0..<8 {
            let index = dice.below(members)
            if let process = hosts[index].process, !process.isDraining, !process.isLeaving { return index }
        }
        return nil
    }

    /// The daemon has another beacon from now on, and another address with it.
    func move(_ index: Int, to home: Int) {
        report.exercised(.move)
        nodes[index].home = home
        nodes[index].generation &+= 1
        changeAddress(of: index)
        queue.push(.keepAlive, at: now, first: UInt32(index), second: nodes[index].generation)
    }

    private func changeAddress(of index: Int) {
        nodes[index].address = SimNode.address(index, generation: nodes[index].generation)
        nodes[index].movedAt = now
        nodes[index].firstSettledAt = BeaconProcess.never
    }

    func rehome(from home: Int, over time: Delay) {
        report.exercised(.nodeStorm)
        for index in nodes.indices where nodes[index].home == home {
            guard let other = servingHost(), other != home else { continue }
            nodes[index].home = other
            nodes[index].generation &+= 1
            // From a beacon that lives it is sent on, with the socket it has.
            if hosts[home].process == nil { changeAddress(of: index) }
            queue.push(
                .keepAlive, at: now + dice.between(.milliseconds(0), time), first: UInt32(index),
                second: nodes[index].generation)
        }
    }

    func addTwin(of home: Int, at other: Int) {
        guard let index = nodes.indices.first(where: { nodes[$0].home == home && nodes[$0].twin < 0 }) else { return }
        report.exercised(.duplicateNode)
        nodes[index].twin = other
    }

    private func address(_ index: Int, at home: Int) -> Address {
        let address = nodes[index].address
        return home == nodes[index].home ? address : address.with(port: address.port + 1)
    }

    // MARK: The beacon's side

    private func discover(_ index: Int, at host: Host, _ process: BeaconProcess) {
        let id = SimNode.id(index)
        let address = address(index, at: host.index)
        if process.nodes[id.rawValue]?.address == address {
            process.nodes[id.rawValue]?.heard = now
            return
        }
        if process.isDraining, process.nodes[id.rawValue] == nil {
            if home(of: index) == host.index, let other = servingHost() { move(index, to: other) }
            return
        }
        guard let route = process.table.find(id), process.nodes[id.rawValue] == nil else {
            return register(index, address, at: host, process)
        }
        check(route, of: index, at: host)
        trace.record(.claimed, of: index, at: host, now, other: Int(route.beacon.rawValue - 1))
        process.claims[id.rawValue] = address
        process.cluster.claim(id, by: address, at: host.clock.time(at: now))
        settle(host, process)
    }

    private func home(of index: Int) -> Int { nodes[index].home }

    private func register(_ index: Int, _ address: Address, at host: Host, _ process: BeaconProcess) {
        let id = SimNode.id(index)
        trace.record(.registered, of: index, at: host, now)
        // Whoever had it has restarted since, and had it no longer.
        let holder = nodes[index].registered
        if holder >= 0, hosts[holder].process?.nodes[id.rawValue] == nil {
            nodes[index].firstSettledAt = BeaconProcess.never
        }
        process.nodes[id.rawValue] = LocalNode(address: address, heard: now)
        if let plane = process.frames { put(index, address, in: plane, of: host) }
        nodes[index].registered = host.index
        nodes[index].settledAt = now
        if address != self.address(index, at: host.index) {
            // A claim of the daemon's from where it is no longer, decided late: until it speaks again, nothing reaches it.
            nodes[index].firstSettledAt = BeaconProcess.never
        } else if nodes[index].firstSettledAt == BeaconProcess.never {
            nodes[index].firstSettledAt = now
        }
        let subject = Int32(subject(of: host.beacon))
        if !nodes[index].issuers.contains(subject) { nodes[index].issuers.append(subject) }
        noteChange()
        process.cluster.registered(id, at: host.clock.time(at: now))
        report.registrations += 1
        watch(index, at: host)
        settle(host, process)
        if scenario.keepAlive > .milliseconds(0) { scheduleExpiry(index, host, process) }
    }

    func claimDecided(_ node: NodeID, claimant: Address, granted: Bool, at host: Host, _ process: BeaconProcess) {
        report.reached(granted ? .claimGranted : .claimDenied)
        guard process.claims[node.rawValue] == claimant else { return }
        process.claims[node.rawValue] = nil
        guard granted else { return }
        register(SimNode.index(node), claimant, at: host, process)
    }

    func probe(_ id: ProbeID, _ node: NodeID, claimant: Address, at host: Host, _ process: BeaconProcess) {
        let index = SimNode.index(node)
        trace.record(.probed, of: index, at: host, now)
        guard let local = process.nodes[node.rawValue], local.address != claimant else {
            return process.cluster.answer(id, .gone, at: host.clock.time(at: now))
        }
        // The daemon answers a probe that comes from its own beacon.
        let lives = nodes[index].home == host.index || nodes[index].twin == host.index
        report.reached(lives ? .probeAnswered : .probeSilent)
        let slot = probes.put(PendingProbe(id: id, life: process.life, result: lives ? .lives : .gone))
        queue.push(
            .probeAnswer, at: now + (lives ? .milliseconds(40) : .milliseconds(500)), host: host.index, first: slot)
    }

    func probeAnswered(_ event: Event, at host: Host) {
        guard let probe = probes.take(event.first), let process = host.process, process.life == probe.life else {
            return
        }
        process.cluster.answer(probe.id, probe.result, at: host.clock.time(at: now))
        settle(host, process)
    }

    func withdraw(_ node: NodeID, movedTo beacon: BeaconID, at host: Host, _ process: BeaconProcess) {
        report.reached(.withdrawn)
        noteChange()
        trace.record(.withdrawn, of: SimNode.index(node), at: host, now, other: Int(beacon.rawValue - 1))
        process.nodes[node.rawValue] = nil
        process.frames?.drop(node)
    }

    /// A log gets one operation more.
    private func noteChange() {
        if now >= plan.start, now < plan.end { changes += 1 }
    }

    // MARK: Expiry

    private func scheduleExpiry(_ index: Int, _ host: Host, _ process: BeaconProcess) {
        let lease = Delay(nanoseconds: scenario.keepAlive.nanoseconds * Self.expiryFactor)
        queue.push(.expiry, at: now + lease, host: host.index, first: UInt32(index), second: process.life)
    }

    func expire(_ index: Int, at host: Host, life: UInt32) {
        let id = SimNode.id(index)
        guard let process = host.process, process.life == life, let local = process.nodes[id.rawValue] else { return }
        let lease = Delay(nanoseconds: scenario.keepAlive.nanoseconds * Self.expiryFactor)
        guard now >= local.heard + lease else {
            queue.push(.expiry, at: local.heard + lease, host: host.index, first: UInt32(index), second: life)
            return
        }
        report.exercised(.expiry)
        if nodes[index].registered == host.index { nodes[index].firstSettledAt = BeaconProcess.never }
        trace.record(.unregistered, of: index, at: host, now)
        process.nodes[id.rawValue] = nil
        process.frames?.drop(id)
        noteChange()
        process.cluster.unregistered(id, at: host.clock.time(at: now))
        settle(host, process)
    }
}
