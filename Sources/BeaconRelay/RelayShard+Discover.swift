import BeaconBasics
import BeaconWire

extension RelayShard {
    /// 01 and 08 (protocol.md §1.2): every well-formed one is answered with the address it came from, whatever becomes
    /// of the registration. A node that speaks from where it is registered costs no lock.
    mutating func discover(
        _ bytes: RawSpan, from sender: Endpoint, at now: Moment, reply: inout MutableRawSpan
    ) -> Verdict {
        guard let discover = Discover(bytes) else { return .drop(.runt) }
        if let fault = fault(of: sender) { return .drop(fault) }
        if STUN.isResponse(bytes) { return .drop(.stunIgnored) }
        if !refresh(discover, sender, at: now), register(discover, bytes, sender, at: now) == .full,
            registry.settings.policy == .reference
        {
            // The reference beacon does not answer whom it cannot register (protocol.md §1.2 step 5).
            return .drop(.tableFull)
        }
        let length = ObservedAddress.write(MessageType.discoverReply, sender.address, into: &reply)
        return .reply(length: length, kind: .discoverReply, outcome: .discover)
    }

    /// The usual case: nothing but the time is new. False if there is more to it.
    private func refresh(_ discover: Discover, _ sender: Endpoint, at now: Moment) -> Bool {
        guard registry.settings.policy == .proof, let (entry, route) = nodes.findHere(discover.node),
            route.endpoint == sender,
            route.flags.contains(.wantsDestination) || !discover.wantsDestination,
            !registry.settings.requiresGrants || route.flags.contains(.hasKey) || !discover.carriesKey,
            unprovenRate == 0 || route.flags.contains(.proven),
            !registry.hasOpenClaims
        else { return false }
        entry.lastSeen = now.milliseconds32
        return true
    }

    private mutating func register(
        _ discover: Discover, _ bytes: RawSpan, _ sender: Endpoint, at now: Moment
    ) -> Registry.Result {
        forgetLookUp()
        let registration = Registry.Registration(
            node: discover.node, source: sender, wantsDestination: discover.wantsDestination)
        guard discover.carriesKey else { return registry.register(registration, key: nil, at: now) }
        let key = bytes.extracting(Discover.keyOffset..<Discover.keyOffset + Discover.keyLength)
        return registry.register(registration, key: key, at: now)
    }
}
