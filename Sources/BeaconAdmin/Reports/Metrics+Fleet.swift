import BeaconBasics

extension Metrics {
    /// Without a fleet there is nothing to say, and nothing to alert on. No label names a member: fleets grow.
    static func addFleet(_ fleet: FleetStatus, to text: inout MetricsText) {
        addMembers(fleet, to: &text)
        addDirectory(fleet.directory, to: &text)
        addControlPlane(fleet.counters, to: &text)
    }

    private static func addMembers(_ fleet: FleetStatus, to text: inout MetricsText) {
        let members = fleet.members
        text.family("beacon_fleet_members", .gauge, "Other beacons of the fleet by state.")
        let states: KeyValuePairs = [
            "alive": members.alive, "suspect": members.suspect, "dead": members.dead, "left": members.left,
        ]
        for (state, count) in states { text.sample(["state": state], count) }
        text.single("beacon_fleet_members_draining", .gauge, "Living members that take no new nodes.", members.draining)
        text.single(
            "beacon_fleet_blocked_peers", .gauge, "Peers that answer hellos while their control port is silent.",
            fleet.blockedPeers)
        text.single("beacon_fleet_draining", .gauge, "1 if this beacon takes no new nodes.", fleet.isDraining ? 1 : 0)
        text.single(
            "beacon_fleet_incarnation", .gauge, "Raised to refute a suspicion of this beacon or to tell of a change.",
            fleet.incarnation)
        text.single("beacon_fleet_health", .gauge, "This beacon's local health: 0 = fine.", fleet.health)
        text.single("beacon_fleet_keys", .gauge, "Keys in the ring.", fleet.keyIDs.count)
        text.single(
            "beacon_fleet_key_rotation_running", .gauge, "1 while the fleet is being given a new key.",
            fleet.rotation.state == .running ? 1 : 0)
    }

    private static func addDirectory(_ totals: FleetDirectoryTotals, to text: inout MetricsText) {
        let name = "beacon_fleet_directory"
        text.single("\(name)_entries", .gauge, "Nodes in all logs.", totals.entries)
        text.family("\(name)_owners", .gauge, "Beacons with a log, by whether they live.")
        text.sample(["routable": "yes"], totals.routableOwners)
        text.sample(["routable": "no"], totals.owners - totals.routableOwners)
        text.single(
            "\(name)_largest_lag", .gauge, "Changes that the worst followed log of a living owner is behind.",
            totals.largestLag)
    }

    private static func addControlPlane(_ counters: FleetCounters, to text: inout MetricsText) {
        let name = "beacon_fleet"
        text.single("\(name)_rx_packets_total", .counter, "Control datagrams received.", counters.datagramsReceived)
        text.single("\(name)_rx_bytes_total", .counter, "Control payload bytes received.", counters.bytesReceived)
        text.single("\(name)_tx_packets_total", .counter, "Control datagrams sent.", counters.datagramsSent)
        text.single("\(name)_tx_bytes_total", .counter, "Control payload bytes sent.", counters.bytesSent)
        text.single("\(name)_opened_total", .counter, "Control datagrams that were authentic.", counters.opened)
        add("\(name)_drop_total", "Control datagrams and records not taken.", "reason", counters.dropped, to: &text)
        text.family("\(name)_probe_seconds", .histogram, "From a probe of a member to its answer.")
        text.histogram(
            bounds: DelayHistogram.bounds.map { "\(Double($0) / 1e6)" }, counts: counters.roundTrips.counts,
            sum: Double(counters.roundTrips.sum) / 1e6)
        let streams = [
            NamedCount("opened", counters.streamsOpened), NamedCount("served", counters.streamsServed),
            NamedCount("failed", counters.streamsFailed),
        ]
        add("\(name)_streams_total", "Streams to and from peers.", "result", streams, to: &text)
        add("\(name)_logs_total", "What has happened to owner logs.", "event", counters.directory, to: &text)
        add("\(name)_claims_total", "Claims to ids of other beacons.", "result", counters.claims, to: &text)
        add("\(name)_punch_total", "Punches that involve another beacon.", "result", counters.punches, to: &text)
        add("\(name)_shell_total", "Of the control plane's sockets and streams.", "event", counters.shell, to: &text)
    }

    private static func add(
        _ name: String, _ help: String, _ label: String, _ counts: [NamedCount], to text: inout MetricsText
    ) {
        guard !counts.isEmpty else { return }
        text.family(name, .counter, help)
        for count in counts { text.sample([label: count.name], count.value) }
    }
}
