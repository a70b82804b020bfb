import BeaconBasics

extension Setting {
    /// Every setting, in the order of the help. Flags, environment, file, `/config` and the README's table follow it.
    public static let all: [Setting] = network + fleet + limits + administration + snapshots + offloads + logs

    private static let network: [Setting] = [
        Setting(
            .addr, .network, \.listen, .listen,
            "UDP address of the data plane. :9001 is every address, IPv4 and IPv6."),
        Setting(
            .advertiseAddr, .network, \.advertise, .hostPort, none: "",
            "What nodes and the registry know this beacon as, where that is not the local address (NAT)."),
        Setting(
            .shards, .network, \.shards, .whole(0...64),
            "Data-plane threads, each with its socket. 0: one per usable CPU, at most \(CPUBudget.mostDefaultShards)."),
        Setting(
            .receiveBuffer, .network, \.receiveBuffer, .bytes(4_096...1 << 30),
            "Receive buffer to ask the kernel for, per socket."),
    ]

    private static let fleet: [Setting] = [
        Setting(
            .beaconID, .fleet, \.beaconID, .whole(0...UInt32.max),
            "This beacon's id, told to other beacons and the registry. 0: standalone, the registry is left alone."),
        Setting(
            .peers, .fleet, \.peers, .hostPorts,
            "Data addresses of other beacons, separated by commas. Those that the registry lists come on top."),
        Setting(
            .strictGossip, .fleet, \.strictGossip, .truth, is: [.switch],
            "Take syncs only from the hosts of --peers and of the registry's list."),
        Setting(
            .registry, .fleet, \.registry, .hostPort, none: "",
            "The registry: announces this beacon there and learns the others from it, every 30 s. Needs --beacon-id."),
        Setting(
            .registryAdminToken, .fleet, \.registryAdminToken, .secret, none: "", is: [.secret],
            "The registry's admin token. A flag shows in ps: prefer the environment or the file."),
        Setting(
            .registryTLS, .fleet, \.registryTLS, .truth, is: [.switch],
            "The registry speaks TLS, under a certificate for its host that a CA of this host's has signed."),
        Setting(
            .registryFingerprint, .fleet, \.registryFingerprint, .fingerprint, none: "",
            "SHA-256 of the registry's certificate, which must then be this one, whoever signed it. Means --registry-tls."
        ),
        Setting(
            .gossipAddr, .fleet, \.gossip, .listen, none: "none",
            "UDP and TCP address of the fleet's control plane, or none: only the legacy sync with reference beacons."),
        Setting(
            .fleetKeyFile, .fleet, \.fleetKeyFile, .text("path"), none: "",
            "File with the fleet's keys, one a line: 64 hex digits or base64 of 32 bytes. The first seals, all open."),
        Setting(
            .fleetInsecure, .fleet, \.fleetInsecure, .truth, is: [.switch],
            "Run a fleet without a key. Whoever reaches its ports can then take over every node."),
        Setting(
            .fleetLabel, .fleet, \.fleetLabel, .label,
            "Name of the fleet. Beacons with another label do not understand each other."),
        Setting(
            .fleetPreset, .fleet, \.fleetPreset, .choice,
            "Timing of the failure detector. lossy: where more than 15 % of packets get lost."),
        Setting(
            .fleetAdvertise, .fleet, \.fleetAdvertise, .advertisedHost, none: "",
            "Where other beacons reach the control plane, where that is not the local address (NAT)."),
    ]

    private static let limits: [Setting] = [
        Setting(
            .registration, .limits, \.registration, .choice,
            "Who gets a node id that is alive elsewhere. proof: nobody, while its holder answers a probe. reference: the last to ask."
        ),
        Setting(
            .maxNodes, .limits, \.maxNodes, .whole(1...16_777_214),
            "Most registered nodes. Memory for them is set aside at start."),
        Setting(
            .maxDirectory, .limits, \.maxDirectory, .whole(1_024...1 << 28),
            "Most nodes of the whole fleet that are remembered, at 32 bytes each."),
        Setting(
            .relayRate, .limits, \.relayRate, .whole(0...maxRate), is: [.live],
            "Relayed frames a second from one source address and port. 0: no limit."),
        Setting(
            .unprovenRate, .limits, \.unprovenRate, .whole(0...maxRate), is: [.live],
            "Relayed frames a second to an endpoint that never answered a probe. 0: off."),
        Setting(
            .punchRate, .limits, \.punchRate, .whole(0...maxRate), is: [.live],
            "Punch requests a second from one source IP. 0: no limit."),
        Setting(
            .punchPrefixRate, .limits, \.punchPrefixRate, .whole(0...maxRate), is: [.live],
            "Punch requests a second from one IPv4 /24 or IPv6 /56. 0: no limit."),
        Setting(
            .punchWhitelist, .limits, \.punchWhitelist, .whitelist,
            "Source IPs without punch limits, separated by commas; * or all: everyone."),
        Setting(
            .requirePunchToken, .limits, \.requirePunchToken, .truth, is: [.switch],
            "Serve a punch request only with a grant signed by the target."),
    ]

    /// Token buckets count in whole nanoseconds: above this, a rate would be off by more than 1 %.
    private static let maxRate: UInt32 = 10_000_000

    private static let administration: [Setting] = [
        Setting(
            .admin, .administration, \.admin, .listen, none: "none",
            "TCP address of the admin server (HTTP), or none."),
        Setting(
            .adminTokenFile, .administration, \.adminTokenFile, .text("path"), none: "",
            "File with the bearer token that admin requests must show. Needed unless --admin is on loopback."),
        Setting(
            .adminHosts, .administration, \.adminHosts, .hostNames,
            "Host names that admin requests may use, beside localhost and IP addresses."),
        Setting(
            .health, .administration, \.health, .listen, none: "",
            "TCP address of a listener for /healthz alone."),
        Setting(
            .handoverSocket, .administration, \.handoverSocket, .text("path"), none: "",
            "UNIX socket at which a successor on this host may take over sockets and tables."),
        Setting(
            .takeover, .administration, \.takeover, .text("path"), none: "",
            "Take over from the beacon whose --handover-socket this is, without losing a frame."),
        Setting(
            .drainOnTerm, .administration, \.drainOnTerm, .duration(.seconds(1) ... .seconds(24 * 3_600)), none: "",
            "SIGTERM drains the beacon, for so long at most, instead of stopping it; a second one stops it."),
    ]

    private static let snapshots: [Setting] = [
        Setting(
            .snapshotDir, .snapshots, \.snapshotDirectory, .text("path"), none: "",
            "Directory for SQLite snapshots of everything, for post-mortems. None are written without it."),
        Setting(
            .snapshotInterval, .snapshots, \.snapshotInterval,
            .duration(.seconds(1)...(.seconds(7 * 86_400)), orZero: true),
            "Time between two snapshots. 0: only when asked for, at the end of a drain and at the end."),
        Setting(
            .snapshotKeep, .snapshots, \.snapshotKeep, .whole(1...100_000),
            "Snapshots to keep; all but the newest are compressed, the oldest go."),
        Setting(
            .snapshotMaxBytes, .snapshots, \.snapshotMaxBytes, .bytes(1 << 20...1 << 50),
            "What all snapshots together may take. The newest stays, whatever its size."),
        Setting(
            .restore, .snapshots, \.restore, .text("path|latest"), none: "",
            "Snapshot whose nodes are taken over at start, if it is younger than a registration lasts. latest: the newest in --snapshot-dir."
        ),
    ]

    private static let offloads: [Setting] = [
        Setting(
            .gro, .offloads, \.gro, .offload, is: [.live],
            "Receive runs of datagrams as one (UDP_GRO). auto: once bursts are seen."),
        Setting(.gso, .offloads, \.gso, .onOff, is: [.live], "Send runs of datagrams as one (UDP_SEGMENT)."),
        Setting(.batch, .offloads, \.batch, .onOff, is: [.live], "Receive and send many datagrams per system call."),
        Setting(
            .regroup, .offloads, \.regroup, .onOff, is: [.live], "Join frames to one node within a batch into runs."),
        Setting(
            .receivePause, .offloads, \.receivePause, .whole(0...1_000), is: [.live],
            "Microseconds that a shard with 100,000 datagrams a second lets more of them gather. 0: none."),
    ]

    private static let logs: [Setting] = [
        Setting(
            .config, .logs, \.configFile, .text("path"), none: "",
            "JSON file: one object with these keys, - or _ alike, and strings, numbers or booleans."),
        Setting(.logLevel, .logs, \.logLevel, .logLevel, is: [.live], "Least severe level to log."),
        Setting(.logFormat, .logs, \.logFormat, .choice, "Log lines to standard error as text or JSON."),
    ]
}
