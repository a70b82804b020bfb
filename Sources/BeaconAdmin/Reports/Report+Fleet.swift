import BeaconBasics

extension Report {
    /// `/fleet`: this beacon's place in it. The names are there without a fleet, too, so that a query never breaks.
    static func fleet(_ fleet: FleetStatus?) -> Report {
        [
            "enabled": Report(fleet != nil),
            "beacon_id": Report(fleet?.beacon.rawValue),
            "session": Report(fleet?.session.rawValue),
            "incarnation": Report(fleet?.incarnation),
            "draining": Report(fleet?.isDraining),
            "health": Report(fleet?.health),
            "control": Report(fleet?.control?.description),
            "data": Report(fleet?.data?.description),
            "label": Report(fleet?.label),
            "preset": Report(fleet?.preset),
            "keys": .keys(fleet?.keyIDs ?? []),
            "rotation": .rotation(fleet?.rotation ?? FleetRotation()),
            "members": .members(fleet?.members ?? FleetMemberCounts()),
            "blocked_peers": Report(fleet?.blockedPeers ?? 0),
            "directory": .directory(fleet?.directory ?? FleetDirectoryTotals()),
            "probes": .probes(fleet?.counters.roundTrips ?? DelayHistogram()),
        ]
    }

    /// Round trips of this beacon's probes since start, to a fifth; nulls before the first.
    private static func probes(_ roundTrips: DelayHistogram) -> Report {
        func milliseconds(_ share: Double) -> Report {
            Report(seconds: roundTrips.percentile(share).map { $0.inSeconds * 1_000 })
        }
        return ["answered": Report(roundTrips.total), "p50_ms": milliseconds(0.5), "p99_ms": milliseconds(0.99)]
    }

    /// Key ids as everywhere else in text: four hexadecimal digits.
    static func keyID(_ id: UInt16?) -> Report { Report(id.map { hex(UInt64($0), digits: 4) }) }

    static func hex(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    static func beacons(_ ids: [BeaconID]) -> Report { .array(ids.map { Report($0.rawValue) }) }

    static func keys(_ ids: [UInt16]) -> Report {
        ["sealing": keyID(ids.first), "ids": .array(ids.map { keyID($0) })]
    }

    private static func rotation(_ rotation: FleetRotation) -> Report {
        [
            "state": Report(rotation.state.rawValue),
            "key_id": keyID(rotation.keyID),
            "acknowledged": Report(rotation.acknowledged),
            "missing": beacons(rotation.missing),
            "age_seconds": Report(seconds: rotation.ageSeconds),
        ]
    }

    static func members(_ counts: FleetMemberCounts) -> Report {
        [
            "alive": Report(counts.alive),
            "suspect": Report(counts.suspect),
            "dead": Report(counts.dead),
            "left": Report(counts.left),
            "draining": Report(counts.draining),
        ]
    }

    static func directory(_ totals: FleetDirectoryTotals) -> Report {
        [
            "owners": Report(totals.owners),
            "routable_owners": Report(totals.routableOwners),
            "entries": Report(totals.entries),
            "largest_lag": Report(totals.largestLag),
        ]
    }

    /// In `/stats`: what the control plane has counted.
    static func fleetCounters(_ fleet: FleetStatus) -> Report {
        let counters = fleet.counters
        return [
            "beacon_id": Report(fleet.beacon.rawValue),
            "session": Report(fleet.session.rawValue),
            "incarnation": Report(fleet.incarnation),
            "draining": Report(fleet.isDraining),
            "health": Report(fleet.health),
            "members": .members(fleet.members),
            "directory": .directory(fleet.directory),
            "totals": [
                "received": Report(counters.datagramsReceived),
                "opened": Report(counters.opened),
                "dropped": Report(counters.droppedTotal),
                "sent": Report(counters.datagramsSent),
                "received_bytes": Report(counters.bytesReceived),
                "sent_bytes": Report(counters.bytesSent),
            ],
            "dropped": .counts(counters.dropped),
            "streams": [
                "opened": Report(counters.streamsOpened),
                "served": Report(counters.streamsServed),
                "failed": Report(counters.streamsFailed),
            ],
            "logs": .counts(counters.directory),
            "claims": .counts(counters.claims),
            "punches": .counts(counters.punches),
            "shell": .counts(counters.shell),
        ]
    }

    private static func counts(_ counts: [NamedCount]) -> Report { Report(counts.map { ($0.name, Report($0.value)) }) }
}
