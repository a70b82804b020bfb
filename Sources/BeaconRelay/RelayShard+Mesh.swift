import BeaconBasics
import BeaconCrypto
import BeaconDirectory
import BeaconWire

/// Frames between the beacons of a fleet (0C): a frame enters the mesh at the beacon that its node talks to, which has
/// charged the node for it, and leaves it where the destination is registered.
extension RelayShard {
    /// 05 for a node of another beacon of the fleet.
    mutating func encapsulate(
        _ frame: RawSpan, to beacon: Address, _ mesh: MeshAccess, _ key: MeshKey, from sender: Endpoint,
        at now: Moment, reply: inout MutableRawSpan
    ) -> Verdict {
        if beacon == sender.address { return .drop(.bounce) }
        if own.isOwn(beacon) { return .drop(.unknownDestination) }
        guard admits(sender, at: now) else { return .drop(.relayRate) }
        count(frame, from: sender)
        // What comes from another beacon has crossed once: where it goes now, it must stay.
        let isFromBeacon = routes.isPeer(sender.address) || mesh.isMember(sender.address)
        let header = MeshFrame.Header(
            hops: isFromBeacon ? MeshFrame.maximumHops : 1, keyID: key.id, sender: RelayFrame.sender(frame),
            destination: RelayFrame.destination(frame))
        let payload = frame.extracting(RelayFrame.headerLength..<frame.byteCount)
        MeshFrame.write(header, payload: payload, k0: key.k0, k1: key.k1, into: &reply)
        return .encapsulate(
            to: mesh.endpoint(beacon), header: MeshFrame.headerLength,
            skip: RelayFrame.headerLength, kind: .mesh, outcome: .mesh)
    }

    /// 0C: only from a live member, and only with its fleet's seal. No budget is charged.
    @inline(never)
    mutating func mesh(_ frame: inout MutableRawSpan, from sender: Endpoint, at now: Moment) -> Verdict {
        guard let mesh else { return .drop(.unknownType) }
        guard let header = MeshFrame.Header(frame.bytes) else { return .drop(.runt) }
        guard header.version == MeshFrame.version, (1...MeshFrame.maximumHops).contains(header.hops) else {
            return .drop(.malformed)
        }
        let isAuthentic = keys.contains(header.keyID) { MeshFrame.isAuthentic(frame.bytes, k0: $0.k0, k1: $0.k1) }
        guard isAuthentic else { return .drop(.meshUnauthenticated) }
        if own.isOwn(sender) { return .drop(.ownSource) }
        guard mesh.isMember(sender.address) else { return .drop(.meshStranger) }
        lookUp(header.destination)
        guard let (entry, route) = lastRoute else {
            return counted(passOn(&frame, header, mesh, from: sender), header, frame.byteCount, from: sender)
        }
        if route.flags.contains(.moved) {
            // Also back to where it came from: it was under way when the node registered there. It crosses no third time.
            let verdict = passOn(&frame, header, to: route.endpoint.address, mesh, from: sender)
            return counted(verdict, header, frame.byteCount, from: sender)
        }
        if isOverUnprovenRate(entry, route, at: now) { return .drop(.unprovenRate) }
        count(header, length: frame.byteCount, from: sender)
        if recent.isOn { keep(header, frame.bytes, at: now) }
        if route.flags.contains(.wantsDestination) {
            let type = MessageType.relayDeliverDestination
            MeshFrame.rewriteAsRelay(type, &frame, sender: header.sender, destination: header.destination)
            return .forward(
                to: route.endpoint, skip: MeshFrame.relaySkip, kind: .deliverWithDestination,
                outcome: .deliverWithDestination)
        }
        MeshFrame.rewriteAsDeliver(&frame, sender: header.sender)
        return .forward(to: route.endpoint, skip: MeshFrame.deliverSkip, kind: .deliver, outcome: .deliver)
    }

    private mutating func counted(
        _ verdict: Verdict, _ header: MeshFrame.Header, _ length: Int, from sender: Endpoint
    ) -> Verdict {
        if case .forward = verdict { count(header, length: length, from: sender) }
        return verdict
    }

    /// A frame of the mesh for a node that is not here: it has just moved, or is a reference beacon's. A frame that has
    /// crossed as often as it may ends here, whatever is known.
    private func passOn(
        _ frame: inout MutableRawSpan, _ header: MeshFrame.Header, _ mesh: MeshAccess, from sender: Endpoint
    ) -> Verdict {
        if let route = mesh.find(header.destination) {
            if route.address == sender.address { return .drop(.bounce) }
            return passOn(&frame, header, to: route.address, mesh, from: sender)
        }
        guard let peer = routes.find(header.destination) else { return .drop(.unknownDestination) }
        if peer == sender.address { return .drop(.bounce) }
        if header.hops >= MeshFrame.maximumHops { return .drop(.hopLimit) }
        MeshFrame.rewriteAsRelay(
            MessageType.relay, &frame, sender: header.sender, destination: header.destination)
        return .forward(to: Endpoint(address: peer), skip: MeshFrame.relaySkip, kind: .forward, outcome: .forward)
    }

    private func passOn(
        _ frame: inout MutableRawSpan, _ header: MeshFrame.Header, to beacon: Address, _ mesh: MeshAccess,
        from sender: Endpoint
    ) -> Verdict {
        guard let key = keys.first else { return .drop(.unknownDestination) }
        if header.hops >= MeshFrame.maximumHops { return .drop(.hopLimit) }
        if own.isOwn(beacon) { return .drop(.unknownDestination) }
        if recent.holds(header.destination) { return .repeatFirst(header.destination) }
        let next = MeshFrame.Header(
            hops: header.hops + 1, keyID: key.id, sender: header.sender, destination: header.destination)
        MeshFrame.rewrite(&frame, next, k0: key.k0, k1: key.k1)
        return .forward(to: mesh.endpoint(beacon), skip: 0, kind: .mesh, outcome: .mesh)
    }

    /// 0B: to the control plane, if it is one of the fleet's.
    @inline(never)
    mutating func hello(_ bytes: RawSpan, from sender: Endpoint) -> Verdict {
        guard let fleet = registry.fleet else { return .drop(.unknownType) }
        let hello: Hello
        do {
            hello = try Hello(bytes)
        } catch {
            return .drop(error == .runt ? .runt : .malformed)
        }
        let isAuthentic = keys.contains(hello.keyID) { Hello.isAuthentic(bytes, k0: $0.k0, k1: $0.k1) }
        guard isAuthentic else { return .drop(.helloUnauthenticated) }
        if let fault = fault(of: sender) { return .drop(fault) }
        guard fleet.offer(.hello(hello, from: sender)) else { return .drop(.helloOverload) }
        fleet.flush()
        return .accept(.hello)
    }
}
