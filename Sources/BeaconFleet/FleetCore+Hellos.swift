import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconWire

/// What hellos have found out, and what follows from it.
extension FleetCore {
    func act(_ actions: [HelloPlan.Action], via: UInt16 = 0, local: Address? = nil) {
        for action in actions {
            switch action {
            case .send(let hello, let peer):
                counters.hellosSent += 1
                plane.send(hello, to: peer, via: hello.kind == .answer ? via : 0)
            case .contact(let control, _):
                mustWatch = true
                contact(control, local)
            case .members(let addresses):
                members.answered = addresses
                mustWatch = true
                tellMembers()
            case .duplicateID(let address): tell(.duplicateID(address))
            case .became(let peer): tell(.peer(peer))
            }
        }
    }

    /// The first beacon that is met shows where we are ourselves.
    private func contact(_ control: Address, _ local: Address?) {
        let now = SystemClock.clusterTime()
        if cluster != nil { return cluster!.value.contact(control, at: now) }
        if contacts.count < HelloPlan.maximumPeers, !contacts.contains(control) { contacts.append(control) }
        guard let host = local.flatMap({ $0.isUnspecified ? nil : $0 }) ?? ControlSocket.localHost(towards: control)
        else { return }
        own.complete(host: host, controlPort: listen.port, dataPort: settings.data.port)
        join(own.control!, own.data!, at: now)
    }

    func tellMembers() {
        if let addresses = members.news() { plane.setMembers(addresses) }
    }

    /// Those whose control plane is not heard are served as reference beacons are, and told of.
    func watchPeers(at now: Moment) {
        guard mustWatch || watch.deadline.map({ $0 <= now }) ?? false else { return }
        mustWatch = false
        for peer in watch.update(hellos.peers, at: now, isLive: { members.isLive($0) }) { tell(.controlBlocked(peer)) }
        guard members.blocked != watch.blocked else { return }
        members.blocked = watch.blocked
        hasNews = true
        tellMembers()
    }
}
