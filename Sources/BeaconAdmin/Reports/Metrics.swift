import BeaconRelay

/// `/metrics`. No label has a value that strangers choose, and nothing here walks the node table: the number of samples
/// depends on the number of shards alone, whatever the size of the fleet.
enum Metrics {
    static func bytes(
        _ status: BeaconStatus, unready: String?, admin: AdminCounters, fleet: FleetStatus? = nil,
        drain: DrainStatus = DrainStatus()
    ) -> [UInt8] {
        var text = MetricsText()
        let totals = status.totals
        addTraffic(status, to: &text)
        addOutcomes(totals, to: &text)
        addResults(totals, to: &text)
        addSockets(status.shards, to: &text)
        addBatching(totals, to: &text)
        addOffloads(status.shards, to: &text)
        addNodes(status.nodes, to: &text)
        addRegistration(status.registration, to: &text)
        addRegistry(status.registry, to: &text)
        addLegacy(status.legacy, to: &text)
        if let fleet { addFleet(fleet, to: &text) }
        addDrain(drain, to: &text)
        addSnapshots(status.snapshots, to: &text)
        addProcess(status, unready: unready, to: &text)
        addAdmin(admin, to: &text)
        return text.bytes
    }

    /// What the beacon sends by itself (probes, notifies, syncs) is on no shard; it has a label of its own.
    private static func addTraffic(_ status: BeaconStatus, to text: inout MetricsText) {
        let shards = status.shards.map { (label: "\($0.index)", counters: $0.counters) }
        let control = (label: "control", counters: status.control)
        let received = ReceivedKind.allCases.map { (name: $0.name, index: Int($0.rawValue)) }
        let sent = SentKind.allCases.map { (name: $0.name, index: Int($0.rawValue)) }
        func add(
            _ name: String, _ help: String, of sources: [(label: String, counters: CounterSnapshot)],
            _ kinds: [(name: String, index: Int)], _ counts: KeyPath<CounterSnapshot, [UInt64]>
        ) {
            text.family(name, .counter, help)
            for source in sources {
                let values = source.counters[keyPath: counts]
                for kind in kinds { text.sample(["shard": source.label, "kind": kind.name], values[kind.index]) }
            }
        }
        add("beacon_rx_packets_total", "Datagrams received.", of: shards, received, \.receivedPackets)
        add("beacon_rx_bytes_total", "UDP payload bytes received.", of: shards, received, \.receivedBytes)
        add("beacon_tx_packets_total", "Datagrams sent.", of: shards + [control], sent, \.sentPackets)
        add("beacon_tx_bytes_total", "UDP payload bytes sent.", of: shards + [control], sent, \.sentBytes)
    }

    private static func addOutcomes(_ totals: CounterSnapshot, to text: inout MetricsText) {
        text.family("beacon_outcome_total", .counter, "Received datagrams by what became of them; each is in one.")
        for outcome in Outcome.allCases {
            text.sample(["outcome": outcome.name, "group": outcome.group.rawValue], totals[outcome])
        }
        text.family("beacon_drop_total", .counter, "Received datagrams that were dropped, by reason.")
        for outcome in Outcome.allCases where outcome.group == .dropped {
            text.sample(["reason": outcome.name], totals[outcome])
        }
    }

    private static func addResults(_ totals: CounterSnapshot, to text: inout MetricsText) {
        text.family("beacon_punch_total", .counter, "Punch requests by result.")
        let punches: KeyValuePairs<String, Outcome> = [
            "sent": .punch, "source_rate": .punchSourceRate, "prefix_rate": .punchPrefixRate, "grant": .punchGrant,
            "unknown_target": .punchUnknownTarget,
        ]
        for (result, outcome) in punches { text.sample(["result": result], totals[outcome]) }
        text.family("beacon_stun_total", .counter, "STUN messages by result.")
        let messages: KeyValuePairs<String, Outcome> = [
            "success": .stun, "unknown_attribute": .stunError, "malformed": .stunMalformed, "ignored": .stunIgnored,
        ]
        for (result, outcome) in messages { text.sample(["result": result], totals[outcome]) }
    }

    private static func addSockets(_ shards: [ShardStatus], to text: inout MetricsText) {
        func add(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: (ShardStatus) -> UInt64) {
            text.family(name, kind, help)
            for shard in shards { text.sample(["shard": "\(shard.index)"], value(shard)) }
        }
        add(
            "beacon_sock_rxq_overflow_total", .counter, "Datagrams the kernel dropped: receive queue full.",
            \.socketOverflows)
        add("beacon_sock_receive_errors_total", .counter, "Receives that failed.", \.receiveErrors)
        add("beacon_sock_queue_bytes", .gauge, "Bytes waiting in the receive queue.", \.socketQueueBytes)
        add("beacon_sock_buffer_bytes", .gauge, "Receive buffer that the kernel granted.", \.socketBufferBytes)
        add("beacon_rx_calls_total", .counter, "recvmmsg calls that brought something.", \.counters.receiveCalls)
        add("beacon_tx_calls_total", .counter, "sendmmsg calls.", \.counters.sendCalls)
        add("beacon_gso_sends_total", .counter, "Messages sent with UDP_SEGMENT.", \.counters.segmentedSends)
        add(
            "beacon_gro_receives_total", .counter, "Receive buffers that held several datagrams.",
            \.counters.coalescedReceives)
        add(
            "beacon_rx_pauses_total", .counter, "Times that a busy shard let datagrams gather.",
            \.counters.receivePauses)
        text.family("beacon_shard_cpu_seconds_total", .counter, "CPU time of the shard's thread.")
        for shard in shards { text.sample(["shard": "\(shard.index)"], shard.cpuSeconds) }
        text.family("beacon_shard_age_seconds", .gauge, "Time since the shard published its counters.")
        for shard in shards { text.sample(["shard": "\(shard.index)"], shard.ageSeconds) }
    }

    private static func addBatching(_ totals: CounterSnapshot, to text: inout MetricsText) {
        let sizes = CounterSnapshot.buckets.map(\.description)
        text.family("beacon_batch_size", .histogram, "Datagrams per receive call.")
        text.histogram(bounds: sizes, counts: totals.batchSizes, sum: Double(totals.received))
        text.family("beacon_gso_run", .histogram, "Datagrams per sent message.")
        text.histogram(bounds: sizes, counts: totals.runLengths, sum: Double(totals.sentPackets.reduce(0, &+)))
        text.family(
            "beacon_relay_residence_seconds", .histogram,
            "From the kernel's receive timestamp to the end of the send; one batch in 64.")
        text.histogram(
            bounds: CounterSnapshot.residenceBounds.map { "\(Double($0) / 1e9)" }, counts: totals.residence,
            sum: Double(totals.residenceSum) / 1e9)
    }

    private static func addOffloads(_ shards: [ShardStatus], to text: inout MetricsText) {
        func add(_ name: String, _ help: String, _ value: (OffloadStatus) -> Bool) {
            text.family(name, .gauge, help)
            for shard in shards {
                for offload in shard.offloads {
                    text.sample(["feature": offload.name, "shard": "\(shard.index)"], value(offload) ? 1 : 0)
                }
            }
        }
        add("beacon_offload_capable", "1 if the kernel can.", \.capable)
        add("beacon_offload_allowed", "1 if the settings allow it.", \.allowed)
        add("beacon_offload_enabled", "1 if it is in use now.", \.active)
    }
}
