import BeaconRelay

extension Report {
    /// `/stats`: the whole beacon.
    static func stats(
        _ status: BeaconStatus, unready: String?, rates: RateMeter, admin: AdminCounters, fleet: FleetStatus? = nil,
        drain: DrainStatus = DrainStatus()
    ) -> Report {
        let totals = status.totals
        return [
            "version": Report(status.version),
            "beacon_id": Report(status.beaconID),
            "listen": Report(status.listen),
            "started_at": Report(seconds: status.startedAt),
            "uptime_seconds": Report(seconds: status.uptimeSeconds),
            "ready": Report(unready == nil),
            "unready_reason": Report(unready),
            "takeover_gap_seconds": Report(seconds: status.takeoverGapSeconds),
            "totals": .totals(totals),
            "rates": .rates(RateMeter.Reading(status), since: rates),
            "received": .received(totals),
            "answered": .outcomes(.answered, totals),
            "forwarded": .outcomes(.forwarded, totals),
            "dropped": .outcomes(.dropped, totals),
            "sent": .sent(totals),
            "batching": .batching(totals),
            "sockets": .sockets(status.shards),
            "nodes": .nodes(status.nodes),
            "registration": .registration(status.registration),
            "registry": status.registry.map(registry) ?? .null,
            "legacy": .legacy(status.legacy),
            "fleet": fleet.map(fleetCounters) ?? .null,
            "drain": .drain(drain),
            "snapshots": .snapshotTotals(status.snapshots),
            "process": .process(status.process),
            "admin": .admin(admin),
        ]
    }

    /// Per second over the last five to ten seconds; null until there is enough to look back on.
    private static func rates(_ now: RateMeter.Reading, since meter: RateMeter) -> Report {
        let base = meter.base(for: now)
        let span = base.map { now.uptimeSeconds - $0.uptimeSeconds }
        func rate(_ value: (CounterSnapshot) -> UInt64) -> Report {
            guard let base, let span else { return .null }
            return Report(seconds: Double(value(now.totals) &- value(base.totals)) / span)
        }
        return [
            "over_seconds": Report(seconds: span),
            "received": rate(\.received),
            "answered": rate { $0.total(.answered) },
            "forwarded": rate { $0.total(.forwarded) },
            "dropped": rate { $0.total(.dropped) },
            "received_bytes": rate { $0.receivedBytes.reduce(0, +) },
            "sent_bytes": rate { $0.sentBytes.reduce(0, +) },
        ]
    }

    private static func sockets(_ shards: [ShardStatus]) -> Report {
        [
            "queue_bytes": Report(shards.reduce(0) { $0 + $1.socketQueueBytes }),
            "overflows": Report(shards.reduce(0) { $0 + $1.socketOverflows }),
            "receive_errors": Report(shards.reduce(0) { $0 + $1.receiveErrors }),
        ]
    }

    private static func nodes(_ nodes: NodeTableStatus) -> Report {
        [
            "registered": Report(nodes.registered),
            "capacity": Report(nodes.capacity),
            "ipv4": Report(nodes.ipv4),
            "ipv6": Report(nodes.ipv6),
            "expired": Report(nodes.expired),
            "routes": Report(nodes.routes),
            "local_overflows": Report(nodes.localOverflows),
        ]
    }

    private static func registration(_ registration: RegistrationStatus) -> Report {
        [
            "registered": Report(registration.registered),
            "moved": Report(registration.moved),
            "claims": Report(registration.claims),
            "claims_won": Report(registration.claimsWon),
            "claims_contested": Report(registration.claimsContested),
            "claims_open": Report(registration.claimsOpen),
            "claims_ignored": Report(registration.claimsIgnored),
            "claims_over_budget": Report(registration.claimsOverBudget),
            "refused_full": Report(registration.refusedFull),
            "limited_discovers": Report(registration.limitedDiscovers),
            "probes": Report(registration.probes),
            "notified": Report(registration.notified),
        ]
    }

    private static func registry(_ registry: RegistryStatus) -> Report {
        [
            "address": Report(registry.address),
            "tls": Report(registry.tls.rawValue),
            "certificate_sha256": Report(registry.certificate),
            "state": Report(registry.state.rawValue),
            "announced_as": Report(registry.announcedAs),
            "last_success_seconds": Report(seconds: registry.lastSuccessSeconds),
            "rounds": Report(registry.rounds.values.reduce(0, +)),
            "failures": Report(registry.rounds.reduce(0) { $0 + ($1.key == .ok ? 0 : $1.value) }),
            "last_error": Report(registry.lastError),
            "beacons": Report(registry.beacons),
            "skipped": Report(registry.skipped),
        ]
    }

    private static func legacy(_ legacy: LegacyStatus) -> Report {
        ["refused_syncs": Report(legacy.refusedSyncs), "route_overflows": Report(legacy.routeOverflows)]
    }

    private static func process(_ process: ProcessStatus) -> Report {
        [
            "cpu_seconds": Report(seconds: process.cpuSeconds),
            "resident_bytes": Report(process.residentBytes),
            "open_files": Report(process.openFiles),
        ]
    }

    private static func admin(_ counters: AdminCounters) -> Report {
        [
            "connections": Report(counters.connections),
            "accepted": Report(AdminCounters.value(counters.accepted)),
            "refused": Report(AdminCounters.value(counters.refused)),
            "requests": Report(AdminCounters.value(counters.requests)),
            "unreadable": Report(AdminCounters.value(counters.unreadable)),
            "timeouts": Report(AdminCounters.value(counters.timeouts)),
            "stalls": Report(AdminCounters.value(counters.stalls)),
            "event_streams": Report(counters.streams),
            "event_streams_refused": Report(AdminCounters.value(counters.streamsRefused)),
            "event_streams_cut": Report(AdminCounters.value(counters.streamsCut)),
        ]
    }
}
