public import BeaconBasics

extension Membership {
    /// All that grows here with the fleet or with what is sent to us, and its bounds.
    public var tables: [TableUse] {
        [
            TableUse("membership.members", table.count, of: settings.maximumMembers),
            TableUse("membership.suspicions", suspicions.count, of: table.live.count),
            TableUse("membership.evidence", evidence.count, of: EvidenceStore.capacity),
            TableUse("membership.rumours", rumours.count, of: table.rows.count + 1),
            TableUse("membership.order", order.count, of: table.rows.count),
            TableUse("membership.rounds", rounds.count, of: RoundPool.capacity),
            TableUse("membership.exchanges", exchanges.count, of: Self.maximumExchanges),
            TableUse("membership.contacts", contacts.count, of: settings.maximumContacts),
            TableUse("membership.timers", timers.count, of: maximumTimers),
        ]
    }

    /// Alarms that became void stay until they are due. A member has few that count; each of its suspicions sets some,
    /// and each running round one a step.
    private var maximumTimers: Int { 1_024 + 16 * (table.rows.count + contacts.count) }
}
