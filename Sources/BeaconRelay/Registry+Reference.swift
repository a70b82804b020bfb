import BeaconBasics

/// The reference beacon's rules (`RegistrationPolicy.reference`).
extension Registry {
    static let referenceInterval = Delay.seconds(30)

    func decideByReference(
        _ r: Registration, _ entry: NodeEntry, _ held: Endpoint, at now: Moment, _ state: inout State
    ) -> Result {
        // 08 is remembered before any limit is looked at (protocol.md §1.2 step 3).
        var flags = entry.flags
        if r.wantsDestination { flags.insert(.wantsDestination) }
        let interval = UInt32(Self.referenceInterval.nanoseconds / 1_000_000)
        let limited = r.isDiscover && entry.lastDiscover != 0 && now.milliseconds32 &- entry.lastDiscover < interval
        if limited {
            state.counters.limitedDiscovers += 1
            if flags != entry.flags { entry.write(r.node, held, flags: flags) }
            return .pending
        }
        if held.address != r.source.address { state.counters.moved += 1 }
        count(held.address, -1, &state)
        count(r.source.address, 1, &state)
        entry.write(r.node, r.source, flags: flags)
        entry.lastSeen = now.milliseconds32
        if r.isDiscover { entry.lastDiscover = max(1, now.milliseconds32) }
        return .registered
    }
}
