import BeaconBasics

extension PathExplanation {
    /// What a beacon's tables say of the way, in the order in which its data plane asks them: own nodes, the fleet's
    /// directory, reference beacons.
    init(from: NodeID?, to: NodeID, seenBy backend: some AdminBackend) {
        let fleet = backend.fleet()
        let me = fleet?.beacon ?? BeaconID(backend.status().beaconID)
        self.init(from: from, to: to, steps: [])
        let entrance = from.map { enter($0, backend.home(of: $0)?.place, me) } ?? .beacon(me)
        let endpoint = backend.node(to)?.endpoint
        let place = endpoint == nil ? backend.home(of: to)?.place : .here
        switch place {
        case .here:
            pass(from: entrance, to: me, at: fleet?.data, me)
            deliver(at: me, endpoint)
        case .member(let beacon, let data):
            pass(from: entrance, to: beacon, at: data, me)
            steps.append(
                Step(at: beacon, .deliver, "by its log, node \(to) is registered there", isExpected: true))
        case .legacy(let address):
            pass(from: entrance, toReference: address, me)
        case .nowhere: drop(at: entrance, me, "only beacons that are dead or have left have had node \(to)")
        case nil: drop(at: entrance, me, "no beacon is known to have node \(to)")
        }
    }

    /// Where a frame comes into the fleet.
    private enum Entrance: Equatable {
        case beacon(BeaconID)
        /// At a reference beacon, which has sent it on.
        case reference
    }

    private mutating func enter(_ from: NodeID, _ place: NodeHome.Place?, _ me: BeaconID) -> Entrance {
        switch place {
        case .here, .nowhere, nil: return .beacon(me)
        case .member(let beacon, _): return .beacon(beacon)
        case .legacy(let address):
            steps.append(
                Step(
                    at: nil, .legacy, "node \(from) is at the reference beacon \(address), which passes its frames on",
                    isExpected: true))
            return .reference
        }
    }

    private mutating func pass(from entrance: Entrance, to beacon: BeaconID, at data: Address?, _ me: BeaconID) {
        guard case .beacon(let here) = entrance, here != beacon else { return }
        let reason =
            here == me
            ? "the directory has node \(to) at beacon \(beacon)"
            : "its directory should have node \(to) at beacon \(beacon)"
        steps.append(Step(at: here, .mesh, reason, address: data, isExpected: here != me))
    }

    private mutating func pass(from entrance: Entrance, toReference address: Address, _ me: BeaconID) {
        guard case .beacon(let here) = entrance else {
            // 05 has no room for a hop count (protocol.md §4.5).
            steps.append(
                Step(
                    at: me, .drop, "hop_limit: from one reference beacon to another frames are not passed on",
                    isExpected: true))
            return
        }
        steps.append(
            Step(
                at: here, .legacy, "a reference beacon lists node \(to)", address: address, isExpected: here != me))
        steps.append(Step(at: nil, .deliver, "it lists the node as its own", isExpected: true))
    }

    private mutating func deliver(at me: BeaconID, _ endpoint: Address?) {
        if let endpoint {
            steps.append(Step(at: me, .deliver, "node \(to) is registered here", address: endpoint))
        } else {
            steps.append(Step(at: me, .drop, "unknown_destination: node \(to) is registered here no longer"))
        }
    }

    private mutating func drop(at entrance: Entrance, _ me: BeaconID, _ reason: String) {
        var at = me
        if case .beacon(let beacon) = entrance { at = beacon }
        steps.append(Step(at: at, .drop, "unknown_destination: \(reason)", isExpected: entrance != .beacon(me)))
    }
}
