extension Metrics {
    static func addNodes(_ nodes: NodeTableStatus, to text: inout MetricsText) {
        text.family("beacon_nodes", .gauge, "Nodes by address family.")
        text.sample(["state": "registered", "family": "ipv4"], nodes.ipv4)
        text.sample(["state": "registered", "family": "ipv6"], nodes.ipv6)
        text.single("beacon_node_capacity", .gauge, "Nodes that fit into the table.", nodes.capacity)
        text.single("beacon_nodes_expired_total", .counter, "Registrations that nobody refreshed.", nodes.expired)
        text.single("beacon_routes", .gauge, "Nodes known through reference beacons.", nodes.routes)
        text.single(
            "beacon_local_address_overflows_total", .counter,
            "Addresses of this host for which there was no room: the bound address stands for them.",
            nodes.localOverflows)
    }

    static func addLegacy(_ legacy: LegacyStatus, to text: inout MetricsText) {
        let name = "beacon_legacy"
        text.single(
            "\(name)_syncs_refused_total", .counter, "Syncs whose sender found no room among the peers.",
            legacy.refusedSyncs)
        text.single(
            "\(name)_routes_refused_total", .counter, "Nodes of reference beacons for which there was no room.",
            legacy.routeOverflows)
    }

    static func addRegistration(_ registration: RegistrationStatus, to text: inout MetricsText) {
        let name = "beacon_registration"
        text.single("\(name)_registered_total", .counter, "New node ids.", registration.registered)
        text.single(
            "\(name)_refused_full_total", .counter, "New ids for which there was no room.", registration.refusedFull)
        text.single(
            "beacon_endpoint_moves_total", .counter, "Node ids that moved to another endpoint.", registration.moved)
        text.single("\(name)_claims_total", .counter, "Claims to a live node id.", registration.claims)
        text.family("beacon_challenge_total", .counter, "Claims by how they ended: the holder answered, or was silent.")
        text.sample(["result": "answered"], registration.claimsContested)
        text.sample(["result": "silent"], registration.claimsWon)
        text.sample(["result": "ignored"], registration.claimsIgnored)
        text.sample(["result": "over_budget"], registration.claimsOverBudget)
        text.single(
            "beacon_duplicate_id_total", .counter, "Claims to an id whose holder proved that it lives.",
            registration.claimsContested)
        text.single("\(name)_claims_open", .gauge, "Claims being looked into.", registration.claimsOpen)
        text.single("\(name)_probes_total", .counter, "Proof-of-life probes sent.", registration.probes)
        text.single("beacon_notified_total", .counter, "Notify datagrams sent.", registration.notified)
    }

    /// Without a registry there is nothing to say, and nothing to alert on.
    static func addRegistry(_ registry: RegistryStatus?, to text: inout MetricsText) {
        guard let registry else { return }
        text.family("beacon_registry_rounds_total", .counter, "Rounds with the registry by result.")
        for result in RegistryStatus.State.allCases where result != .never {
            text.sample(["result": result.rawValue], registry.rounds[result] ?? 0)
        }
        text.single("beacon_registry_beacons", .gauge, "Beacons of the registry's last good list.", registry.beacons)
    }

    /// Without `--snapshot-dir` there is nothing to say.
    static func addSnapshots(_ snapshots: SnapshotStatus?, to text: inout MetricsText) {
        guard let snapshots else { return }
        text.family("beacon_snapshots_total", .counter, "Snapshots by how writing them ended.")
        text.sample(["result": "written"], snapshots.written)
        text.sample(["result": "failed"], snapshots.failed)
        text.single("beacon_snapshot_files", .gauge, "Snapshots on disk.", snapshots.files.count)
        text.single("beacon_snapshot_bytes", .gauge, "Their size together.", snapshots.bytes)
        text.single(
            "beacon_snapshot_newest_time_seconds", .gauge, "Unix time of the newest snapshot on disk; 0 = none.",
            snapshots.files.first?.time ?? 0)
    }

    static func addProcess(_ status: BeaconStatus, unready: String?, to text: inout MetricsText) {
        text.family("beacon_build_info", .gauge, "Always 1; the version is in the label.")
        text.sample(["version": status.version, "beacon_id": "\(status.beaconID)"], 1)
        text.single("beacon_ready", .gauge, "1 if the beacon takes traffic.", unready == nil ? 1 : 0)
        text.single("beacon_start_time_seconds", .gauge, "Unix time at start.", status.startedAt)
        text.single("process_start_time_seconds", .gauge, "Unix time at start.", status.startedAt)
        text.single("process_cpu_seconds_total", .counter, "CPU time, user and system.", status.process.cpuSeconds)
        text.single("process_resident_memory_bytes", .gauge, "Resident memory.", status.process.residentBytes)
        text.single("process_open_fds", .gauge, "Open file descriptors.", status.process.openFiles)
    }

    static func addAdmin(_ admin: AdminCounters, to text: inout MetricsText) {
        let name = "beacon_admin"
        text.single("\(name)_connections", .gauge, "Open admin connections.", admin.connections)
        text.family("\(name)_connections_total", .counter, "Admin connections accepted, and refused for their number.")
        text.sample(["result": "accepted"], AdminCounters.value(admin.accepted))
        text.sample(["result": "refused"], AdminCounters.value(admin.refused))
        text.single("\(name)_requests_total", .counter, "Admin requests.", AdminCounters.value(admin.requests))
        text.family("\(name)_errors_total", .counter, "Admin connections ended for a client's fault.")
        text.sample(["reason": "unreadable"], AdminCounters.value(admin.unreadable))
        text.sample(["reason": "timeout"], AdminCounters.value(admin.timeouts))
        text.sample(["reason": "stalled"], AdminCounters.value(admin.stalls))
        text.single("\(name)_event_streams", .gauge, "Open event streams.", admin.streams)
        text.family("\(name)_event_streams_ended_total", .counter, "Event streams refused or cut off.")
        text.sample(["reason": "limit"], AdminCounters.value(admin.streamsRefused))
        text.sample(["reason": "behind"], AdminCounters.value(admin.streamsCut))
    }
}
