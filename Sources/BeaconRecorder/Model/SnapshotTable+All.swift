/// The schema of a snapshot file. Times are Unix seconds; flags are 0 or 1; what is not known is NULL or the empty text.
/// A later version may add tables and columns; whoever reads takes those that it knows, by name.
extension SnapshotTable {
    public static let all: [SnapshotTable] = [
        meta, config, counters, samples, shards, nodes, peers, peerHistory, directoryOwners, events, drops, topTalkers,
        about,
    ]

    static let about = SnapshotTable(
        "about", "what the tables and columns of this file mean",
        [
            .text("table_name", "the table"), .text("column_name", "the column; empty: the table itself"),
            .text("meaning", "in words"),
        ])

    static let meta = SnapshotTable(
        "meta", "one row a fact: whose snapshot this is, of when, and why", key: "name",
        [
            .text(
                "name",
                """
                schema, reason, taken_at, started_at, beacon_id, session, fleet_label, version, kernel, host, listen, \
                process_id, time_to_live, nodes
                """), .text("value", "as text"),
        ])

    static let config = SnapshotTable(
        "config", "every setting as it was; secrets are masked", key: "key",
        [
            .text("key", "as in flags"), .text("value", "*** for a secret"),
            .text("source", "default, file, environment, flag, or admin once changed while running"),
        ])

    static let counters = SnapshotTable(
        "counters", "counters since start, and gauges, at the time of the snapshot", key: "name",
        [.text("name", "the same names are the columns of samples"), .real("value", "counts, bytes or seconds")])

    /// Its other columns are the counters' names.
    static let samples = SnapshotTable(
        "samples", "the counters once a second for the last 15 minutes: totals, so a rate is a difference",
        [.real("time", "Unix seconds")])

    static let shards = SnapshotTable(
        "shards", "one row a data-plane thread, since start",
        [
            .integer("shard", "its number"), .real("cpu_seconds", "of its thread"),
            .real("age_seconds", "since it last published; one that hangs stops publishing"),
            .integer("received", "datagrams"), .integer("answered", "of received"),
            .integer("forwarded", "of received"), .integer("dropped", "of received"), .integer("sent", "datagrams"),
            .integer("receive_calls", "recvmmsg calls that brought something"),
            .integer("send_calls", "sendmmsg calls"),
            .integer("receive_errors", "receives that failed"),
            .integer("socket_overflows", "datagrams that the kernel dropped: receive queue full"),
            .integer("socket_queue_bytes", "waiting in the receive queue"),
            .integer("socket_buffer_bytes", "receive buffer that the kernel granted"),
            .text("offloads", "in use, separated by blanks"),
        ])

    static let nodes = SnapshotTable(
        "nodes", "the nodes that were registered here", key: "id",
        [
            .integer("id", "node id"), .text("endpoint", "ip:port as the beacon sees it"),
            .text("local", "the beacon's own address that it talks to; NULL: the one that is listened on"),
            .real("last_seen", "Unix seconds"), .integer("wants_destination", "registered with 08: gets 09, not 06"),
            .integer("proven", "the endpoint has answered a probe"),
            .blob("key", "public key for punch grants; NULL without one"),
        ])

    static let peers = SnapshotTable(
        "peers", "the other beacons, as this one saw them",
        [
            .integer("beacon", "beacon id; 0: not known"), .text("kind", "member, reference, blocked or unknown"),
            .text("address", "data plane"), .text("control", "control plane"),
            .text("state", "alive, suspect, dead or left"), .real("since", "when the state changed"),
            .integer("draining", "takes no new nodes"), .integer("session", "its life: Unix milliseconds at its start"),
            .integer("incarnation", "raised to refute a suspicion"), .real("round_trip_ms", "of probes"),
            .integer("loss_per_mille", "of direct probes of late"), .integer("health", "its own; 0 = fine"),
            .text("version", "software"), .integer("nodes", "of a reference beacon: nodes that it lists"),
            .real("last_sync", "of a reference beacon"),
            .text("evidence", "of the last verdict, name=value separated by blanks"),
        ])

    static let peerHistory = SnapshotTable(
        "peer_history", "what members' states have been, oldest first; the last 512 changes",
        [
            .real("time", "when this beacon noticed"), .integer("beacon", "beacon id"),
            .text("state", "alive, suspect, dead or left"), .text("was", "before; empty: it is new"),
            .integer("draining", "takes no new nodes"), .integer("session", "its life"),
            .integer("incarnation", "raised to refute a suspicion"),
            .text("evidence", "who accused it, which ways to it were tried in vain: name=value, separated by blanks"),
        ])

    static let directoryOwners = SnapshotTable(
        "directory_owners", "each beacon's log of its nodes, and how far it was followed here",
        [
            .integer("owner", "beacon id"), .integer("session", "its life"), .integer("head", "last change told of"),
            .integer("cursor", "last change that is here"), .integer("entries", "nodes"),
            .text("digest", "16 hex digits; equal cursors mean equal digests"),
            .real("confirmed", "when the cursor last moved or was confirmed"),
            .integer("routable", "the owner lives"),
        ])

    static let events = SnapshotTable(
        "events", "what happened, oldest first; the last 4,096", key: "id",
        [
            .integer("id", "rises over restarts too"), .real("time", "Unix seconds"), .text("kind", "one word"),
            .text("fields", "a JSON object of texts"),
        ])

    static let drops = SnapshotTable(
        "drops", "dropped datagrams by reason, since start", key: "reason",
        [.text("reason", "as in /drops"), .integer("packets", "datagrams")])

    static let topTalkers = SnapshotTable(
        "top_talkers", "who sends or gets most of what is relayed, in the last one to two minutes (/top)",
        [
            .text("kind", "what the name is: source, node, pair"), .text("name", "endpoint, id, or ids"),
            .integer("packets", "datagrams"), .integer("bytes", "payload"),
            .integer("error", "packets may be too high by so much"),
        ])
}
