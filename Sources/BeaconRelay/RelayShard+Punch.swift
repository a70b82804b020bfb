import BeaconBasics
import BeaconDirectory
import BeaconWire

extension RelayShard {
    /// 03 (protocol.md §1.4): both sides get a command 04 with the other's address. The requester is served where it
    /// asked from, even while another endpoint's right to its id is still being looked into: after a NAT rebind that
    /// is where it can be reached.
    mutating func punch(_ bytes: RawSpan, from sender: Endpoint, at now: Moment) -> Verdict {
        guard let request = PunchRequest(bytes) else { return .drop(.runt) }
        if let fault = fault(of: sender) { return .drop(fault) }
        if let refusal = registry.admitPunch(from: sender.address, at: now) { return .drop(refusal) }
        if registry.settings.requiresGrants, !registry.isGranted(request, bytes, unixSeconds: unixSeconds) {
            return .drop(.punchGrant)
        }
        let registration = Registry.Registration(node: request.requester, source: sender, isDiscover: false)
        let result = registry.register(registration, key: nil, at: now)
        forgetLookUp()
        if result == .full, registry.settings.policy == .reference { return .drop(.tableFull) }
        guard let target = nodes.findHere(request.target)?.route.endpoint else {
            return forwardPunch(request, bytes, from: sender)
        }
        // A node that asks for itself gets both commands.
        return .punch(requester: sender, target: request.target == request.requester ? sender : target)
    }

    /// A target that is not here: its own beacon sends it the command, and the fleet sees to both.
    private func forwardPunch(_ request: PunchRequest, _ bytes: RawSpan, from sender: Endpoint) -> Verdict {
        guard let fleet = registry.fleet, fleet.directory.find(request.target) != nil else {
            return .drop(.punchUnknownTarget)
        }
        let grant = PunchGrant(request, bytes)
        let taken = fleet.offer(
            .punch(requester: request.requester, at: sender.address, target: request.target, grant: grant))
        guard taken else { return .drop(.punchOverload) }
        fleet.flush()
        return .accept(.punchForwarded)
    }
}
