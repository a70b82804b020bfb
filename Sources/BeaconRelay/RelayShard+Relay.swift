import BeaconBasics
import BeaconDirectory
import BeaconWire

extension RelayShard {
    /// 05 (protocol.md §3): to a node of this beacon as 06 or 09, to another beacon unchanged.
    @inline(__always)
    mutating func relay(
        _ frame: inout MutableRawSpan, from sender: Endpoint, at now: Moment, reply: inout MutableRawSpan
    ) -> Verdict {
        guard frame.byteCount >= RelayFrame.headerLength else { return .drop(.runt) }
        let destination = RelayFrame.destination(frame.bytes)
        lookUp(destination)
        guard let (entry, route) = lastRoute else {
            return forward(frame.bytes, destination, from: sender, at: now, reply: &reply)
        }
        if route.flags.contains(.moved) {
            return follow(frame.bytes, destination, to: route.endpoint.address, from: sender, at: now, reply: &reply)
        }
        // Charged only for frames that have somewhere to go, as daemons expect: two thirds of what a busy beacon gets
        // is for nodes that are gone.
        guard admits(sender, at: now) else { return .drop(.relayRate) }
        if isOverUnprovenRate(entry, route, at: now) { return .drop(.unprovenRate) }
        count(frame.bytes, from: sender)
        if recent.isOn { keep(frame.bytes, headerLength: RelayFrame.headerLength, at: now) }
        if route.flags.contains(.wantsDestination) {
            RelayFrame.rewriteAsDeliverDestination(&frame)
            return .forward(
                to: route.endpoint, skip: 0, kind: .deliverWithDestination, outcome: .deliverWithDestination)
        }
        RelayFrame.rewriteAsDeliver(&frame)
        return .forward(to: route.endpoint, skip: RelayFrame.deliverSkip, kind: .deliver, outcome: .deliver)
    }

    /// Finds out where the node is registered; frames for one node come in bursts.
    @inline(__always)
    mutating func lookUp(_ destination: NodeID) {
        if destination == lastDestination { return }
        lastDestination = destination
        lastRoute = nodes.find(destination)
    }

    @inline(__always)
    func isOverUnprovenRate(_ entry: NodeEntry, _ route: NodeRoute, at now: Moment) -> Bool {
        unprovenRate != 0 && !route.flags.contains(.proven)
            && !entry.takeUnproven(unprovenRate, second: now.seconds32)
    }

    /// The source's budget. A beacon that `--peers` or the registry names carries many daemons' frames on one address
    /// and has none.
    @inline(__always)
    mutating func admits(_ sender: Endpoint, at now: Moment) -> Bool {
        relayRate.isUnlimited || budgets.take(registry.budgetKey(sender.address), relayRate, at: now)
            || routes.isNamedPeer(sender.address)
    }

    /// A destination that is not here: perhaps another beacon has it, of our fleet or a reference one.
    @inline(never)
    private mutating func forward(
        _ frame: RawSpan, _ destination: NodeID, from sender: Endpoint, at now: Moment, reply: inout MutableRawSpan
    ) -> Verdict {
        if let mesh, let key = keys.first, let route = mesh.find(destination) {
            if recent.holds(destination) { return .repeatFirst(destination) }
            return encapsulate(frame, to: route.address, mesh, key, from: sender, at: now, reply: &reply)
        }
        guard let peer = routes.find(destination) else { return .drop(.unknownDestination) }
        if peer == sender.address { return .drop(.bounce) }
        // 05 has no room for a hop count (protocol.md §4.5), so a frame is passed on between beacons once.
        if routes.isPeer(sender.address) { return .drop(.hopLimit) }
        guard admits(sender, at: now) else { return .drop(.relayRate) }
        count(frame, from: sender)
        return .forward(to: Endpoint(address: peer), skip: 0, kind: .forward, outcome: .forward)
    }
}
