import BeaconBasics
import BeaconClock
import BeaconCluster
import BeaconCrypto
import BeaconDataPlane
import BeaconFleet
import BeaconRelay
import BeaconWire

/// The data plane as the fleet sees it.
struct PlaneLink: FleetPlane {
    let plane: DataPlane

    func takeInputs() -> [FleetInput] { plane.drainFleetRequests().map(input) }

    private func input(_ request: FleetRequest) -> FleetInput {
        switch request {
        case .claim(let node, let claimant): .claim(node, by: claimant)
        case .probed(let token, let proof): .probed(ProbeID(token.rawValue), ProbeResult(proof))
        case .punch(let requester, let address, let target, let grant):
            .punch(Punch(requester, at: address, grant: grant), target: target)
        case .hello(let hello, let source):
            .hello(
                hello, from: source.address, to: source.local == 0 ? nil : plane.locals[source.local],
                via: source.local)
        }
    }

    func takeChanges(limit: Int) -> FleetChanges {
        let drained = plane.drainRegistryChanges(limit: limit)
        var changes = FleetChanges()
        changes.changes = drained.changes.map { .init($0.node, isRegistered: $0.kind == .registered) }
        changes.hasMore = drained.hasMore
        changes.mustRescan = drained.mustRescan
        return changes
    }

    func nodes(from position: Int, limit: Int) -> (nodes: [NodeID], next: Int?) {
        let page = plane.registeredNodes(from: position, limit: limit)
        return (page.ids, page.next)
    }

    func isRegistered(_ node: NodeID) -> Bool { plane.registry.node(node, at: SystemClock.now()) != nil }

    func setMeshKeys(_ keys: [MeshKey]) { plane.setMeshKeys(keys) }
    func setDataAddress(_ data: Address) { plane.setDataAddress(data) }
    func setMembers(_ data: [Address]) { plane.setMembers(data) }

    func send(_ hello: Hello, to peer: Address, via: UInt16) {
        plane.sendHello(hello, to: Endpoint(address: peer, local: via))
    }

    func probe(_ id: ProbeID, _ node: NodeID, claimant: Address) {
        plane.probe(node, claimant: claimant, token: ProbeToken(id.rawValue))
    }

    func claimDecided(_ node: NodeID, claimant: Address, _ outcome: ClaimOutcome) {
        plane.decide(node, claimant: claimant, outcome)
    }

    func withdraw(_ node: NodeID) -> Bool { plane.withdraw(node) }

    func fleetChanged() { plane.fleetChanged() }
    func moved(_ node: NodeID, to data: Address) { plane.moved(node, to: data) }

    func punch(_ requester: NodeID, to address: Address, peer: Address) {
        plane.command(requester, at: address, naming: peer)
    }

    func punchTarget(_ node: NodeID, by punch: Punch) -> Address? {
        plane.command(node, naming: punch.address, requester: punch.requester, grant: punch.grant)
    }
}

extension ProbeResult {
    fileprivate init(_ proof: ProofOfNode) {
        self =
            switch proof {
            case .lives: .lives
            case .gone: .gone
            case .busy: .busy
            }
    }
}
