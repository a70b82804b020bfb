import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconCrypto
import BeaconMembership

extension FleetCore {
    /// Everything that the cluster wants done, until it wants nothing more.
    func carryOut(at now: ClusterTime) {
        while let output = cluster?.value.poll() { perform(output, at: now) }
    }

    private func perform(_ output: ClusterOutput, at now: ClusterTime) {
        switch output {
        case .datagram(let bytes, let address):
            if let socket, socket.send(bytes, to: address) == nil { return }
            counters.sendErrors += 1
        case .streamOpen(let stream, let address, let request): open(stream, address, request)
        case .streamReply(let stream, let record): server.reply(stream, record)
        case .streamClose(let stream):
            if server.isOwn(stream) { server.close(stream) } else { client.cancel(stream) }
        case .withdraw(let node, _): _ = plane.withdraw(node)
        case .moved(let node, let data): plane.moved(node, to: data)
        case .probe(let id, let node, let claimant): plane.probe(id, node, claimant: claimant)
        case .claimDecided(let node, let claimant, let outcome):
            plane.claimDecided(node, claimant: claimant, outcome)
        case .punch(let requester, let address, let peer): plane.punch(requester, to: address, peer: peer)
        case .punchTarget(let id, let node, let punch):
            cluster?.value.punched(id, target: plane.punchTarget(node, by: punch), at: now)
        case .keysChanged(let ring): adopt(ring)
        case .event(let event): tell(event)
        case .left: left()
        }
    }

    private func open(_ stream: StreamID, _ address: Address, _ request: [UInt8]) {
        client.ask(stream, address, request) { [weak self] reply in
            guard let self else { return }
            cluster?.value.streamEnded(stream, reply: reply, at: SystemClock.clusterTime())
            settle()
        }
    }

    private func tell(_ event: ClusterEvent) {
        if case .member(let change) = event {
            members.changed(change.member)
            mustWatch = true
            tellMembers()
            if change.movesNodes { plane.fleetChanged() }
        }
        // Whoever hears that a rotation is over finds the key that it was about in the report.
        if case .keyRotation = event { publish() }
        tell(.cluster(event))
    }

    /// The cluster's ring has changed: a rotation.
    func adopt(_ ring: KeyRing) {
        self.ring = ring
        hasNews = true
        setMeshKeys()
        if !settings.isOpen { store(ring) }
    }

    // MARK: Leaving

    /// Tells the fleet that we go; `done` when it is told, or there is nobody to tell.
    func leave(_ done: @escaping () -> Void) {
        guard cluster != nil else { return done() }
        whenLeft.append(done)
        guard !isLeaving else { return }
        isLeaving = true
        cluster?.value.leave(at: SystemClock.clusterTime())
        settle()
    }

    private func left() {
        tell(.left)
        for done in whenLeft { done() }
        whenLeft = []
    }
}
