import BeaconAdmin
import BeaconRelay

/// Every counter and gauge of a node under one flat name, in an order that never changes while it runs: the table
/// `counters` and the columns of `samples` of a snapshot.
enum NodeCounters {
    typealias Count = (name: String, value: UInt64)

    static func all(_ status: BeaconStatus, _ fleet: FleetStatus?) -> [Count] {
        traffic(status.totals) + sockets(status) + nodes(status.nodes) + registration(status.registration)
            + process(status.process) + (fleet.map(self.fleet) ?? [])
    }

    private static func traffic(_ totals: CounterSnapshot) -> [Count] {
        let received = ReceivedKind.allCases.map { Count("received_\($0.name)", totals.received($0)) }
        let sent = SentKind.allCases.map { Count("sent_\($0.name)", totals.sent($0)) }
        let outcomes = Outcome.allCases.map { outcome in
            Count("\(outcome.group == .dropped ? "drop" : outcome.group.rawValue)_\(outcome.name)", totals[outcome])
        }
        return [
            ("received", totals.received), ("answered", totals.total(.answered)),
            ("forwarded", totals.total(.forwarded)), ("dropped", totals.total(.dropped)),
            ("sent", totals.sentPackets.reduce(0, &+)), ("received_bytes", totals.receivedBytes.reduce(0, &+)),
            ("sent_bytes", totals.sentBytes.reduce(0, &+)),
        ] + received + sent + outcomes
    }

    private static func sockets(_ status: BeaconStatus) -> [Count] {
        let totals = status.totals
        func sum(_ value: (ShardStatus) -> UInt64) -> UInt64 { status.shards.reduce(0) { $0 &+ value($1) } }
        return [
            ("receive_calls", totals.receiveCalls), ("send_calls", totals.sendCalls),
            ("segmented_sends", totals.segmentedSends), ("coalesced_receives", totals.coalescedReceives),
            ("receive_pauses", totals.receivePauses), ("receive_errors", sum(\.receiveErrors)),
            ("socket_overflows", sum(\.socketOverflows)), ("socket_queue_bytes", sum(\.socketQueueBytes)),
            ("residence_nanoseconds", totals.residenceSum), ("residence_samples", totals.residence.reduce(0, &+)),
        ]
    }

    private static func nodes(_ nodes: NodeTableStatus) -> [Count] {
        [
            ("nodes", UInt64(nodes.registered)), ("nodes_ipv4", UInt64(nodes.ipv4)),
            ("nodes_ipv6", UInt64(nodes.ipv6)), ("nodes_expired", nodes.expired), ("routes", UInt64(nodes.routes)),
        ]
    }

    private static func registration(_ status: RegistrationStatus) -> [Count] {
        [
            ("registered", status.registered), ("moved", status.moved), ("claims", status.claims),
            ("claims_won", status.claimsWon), ("claims_contested", status.claimsContested),
            ("claims_open", UInt64(status.claimsOpen)), ("claims_ignored", status.claimsIgnored),
            ("claims_over_budget", status.claimsOverBudget), ("refused_full", status.refusedFull),
            ("probes", status.probes), ("notified", status.notified),
        ]
    }

    private static func process(_ process: ProcessStatus) -> [Count] {
        [
            ("cpu_milliseconds", UInt64(process.cpuSeconds * 1_000)), ("resident_bytes", process.residentBytes),
            ("open_files", UInt64(process.openFiles)),
        ]
    }

    private static func fleet(_ fleet: FleetStatus) -> [Count] {
        let (members, counters, directory) = (fleet.members, fleet.counters, fleet.directory)
        let lists: [(String, [NamedCount])] = [
            ("control_drop", counters.dropped), ("directory_log", counters.directory),
            ("fleet_claims", counters.claims),
            ("fleet_punches", counters.punches), ("fleet_shell", counters.shell),
        ]
        return [
            ("members_alive", UInt64(members.alive)), ("members_suspect", UInt64(members.suspect)),
            ("members_dead", UInt64(members.dead)), ("members_left", UInt64(members.left)),
            ("members_draining", UInt64(members.draining)), ("fleet_health", UInt64(fleet.health)),
            ("directory_owners", UInt64(directory.owners)), ("directory_nodes", UInt64(directory.entries)),
            ("directory_lag", directory.largestLag), ("control_received", counters.datagramsReceived),
            ("control_sent", counters.datagramsSent), ("control_opened", counters.opened),
            ("streams_opened", counters.streamsOpened), ("streams_served", counters.streamsServed),
            ("streams_failed", counters.streamsFailed),
        ] + lists.flatMap { prefix, counts in counts.map { Count("\(prefix)_\($0.name)", $0.value) } }
    }
}
