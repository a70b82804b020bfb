import BeaconAdmin
import BeaconBasics
import BeaconRelay
import Synchronization

/// A beacon that a test arranges: what it shows, and what it was asked to do.
final class FakeBackend: AdminBackend {
    struct State: Sendable {
        var status: BeaconStatus
        /// In table order; a cursor is an index.
        var nodes: [NodeStatus] = []
        var peers: [PeerStatus] = []
        var talkers = TalkerStatus(TopTalkers([], at: Moment(nanoseconds: 0)), activePairs: 0)
        var fleet: FleetStatus?
        var members: [FleetMember] = []
        var owners: [FleetOwner] = []
        var homes: [NodeID: NodeHome] = [:]
        var forgetResult = ForgetResult.forgotten
        var forgotten: [BeaconID] = []
        var rotationResult = KeyRotationResult.started(keyID: 0xAB)
        var rotations = 0
        var reloadResult = KeyReloadResult.unchanged
        var unready: String?
        var drain = DrainStatus()
        var drainStart: DrainStart?
        var orders: [DrainOrder] = []
        var dryRuns = 0
        var drainCancel = DrainCancel.notDraining
        var notifyResult = NotifyResult.sent
        var notified: [NodeID] = []
        var settings = [
            SettingStatus(key: "log-level", value: "info", source: "default", live: true),
            SettingStatus(key: "addr", value: ":9001", source: "flag", live: false),
        ]
    }

    private let state: Mutex<State>
    /// Its ids begin at 1.
    let log = EventLog(capacity: 1_024, startUnixSeconds: 0)

    init(_ status: BeaconStatus = .sample()) { state = Mutex(State(status: status)) }

    func edit<Result: Sendable>(_ change: (inout sending State) -> sending Result) -> Result {
        state.withLock { change(&$0) }
    }

    func status() -> BeaconStatus { state.withLock { $0.status } }
    func peers() -> [PeerStatus] { state.withLock { $0.peers } }
    func talkers() -> TalkerStatus { state.withLock { $0.talkers } }
    func settings() -> [SettingStatus] { state.withLock { $0.settings } }
    func unreadyReason() -> String? { state.withLock { $0.unready } }
    func node(_ id: NodeID) -> NodeStatus? { state.withLock { $0.nodes.first { $0.id == id } } }

    func fleet() -> FleetStatus? { state.withLock { $0.fleet } }
    func members() -> [FleetMember] { state.withLock { $0.members } }
    func owners() -> [FleetOwner] { state.withLock { $0.owners } }
    func home(of node: NodeID) -> NodeHome? { state.withLock { $0.homes[node] } }
    func events(after id: UInt64, limit: Int) -> EventPage { log.page(after: id, limit: limit) }
    func recentEvents(limit: Int) -> EventPage { log.recent(limit: limit) }
    func reloadKeys() -> KeyReloadResult { state.withLock { $0.reloadResult } }

    func forget(_ beacon: BeaconID) -> ForgetResult {
        state.withLock { state in
            state.forgotten.append(beacon)
            return state.forgetResult
        }
    }

    func rotateKeys() -> KeyRotationResult {
        state.withLock { state in
            state.rotations += 1
            return state.rotationResult
        }
    }

    func drain() -> DrainStatus { state.withLock { $0.drain } }

    func beginDrain(_ order: DrainOrder, dryRun: Bool) -> DrainStart {
        state.withLock { state in
            state.orders.append(order)
            if dryRun { state.dryRuns += 1 }
            return state.drainStart ?? (dryRun ? .planned(DrainPlan(order)) : .started(state.drain))
        }
    }

    func cancelDrain() -> DrainCancel { state.withLock { $0.drainCancel } }

    func nodes(after cursor: UInt32, limit: Int) -> NodePage {
        state.withLock { state in
            let start = min(Int(cursor), state.nodes.count)
            let end = min(start + limit, state.nodes.count)
            return NodePage(nodes: Array(state.nodes[start..<end]), next: end < state.nodes.count ? UInt32(end) : nil)
        }
    }

    func notify(_ id: NodeID) -> NotifyResult {
        state.withLock { state in
            guard state.nodes.contains(where: { $0.id == id }) else { return .unknownNode }
            state.notified.append(id)
            return state.notifyResult
        }
    }

    func set(_ key: String, to value: String) -> SettingChange {
        state.withLock { state in
            guard let index = state.settings.firstIndex(where: { $0.key == key }) else { return .unknownKey }
            guard state.settings[index].live else { return .notLive }
            guard value != "loud" else { return .invalid("log-level is debug, info, warn or error") }
            state.settings[index].value = value
            state.settings[index].source = "admin"
            return .changed(state.settings[index])
        }
    }
}

extension BeaconStatus {
    /// Two shards with a few counters that tell everything apart.
    static func sample() -> BeaconStatus {
        BeaconStatus(
            version: "1.2.3", beaconID: 7, listen: "[::]:9001", uptimeSeconds: 12.3456, startedAt: 1_700_000_000.5,
            shards: [.sample(0), .sample(1)], control: CounterSnapshot(),
            nodes: NodeTableStatus(registered: 5, capacity: 1_024, ipv4: 3, ipv6: 2, expired: 4, routes: 6),
            registration: RegistrationStatus(),
            process: ProcessStatus(cpuSeconds: 0.25, residentBytes: 20_000_000, openFiles: 12))
    }
}

extension ShardStatus {
    /// 13 received in 3 calls = 10 relayed + 1 answered + 2 dropped.
    static func sample(_ index: Int) -> ShardStatus {
        var counters = CounterSnapshot()
        counters.receivedPackets[Int(ReceivedKind.relay.rawValue)] = 12
        counters.receivedPackets[Int(ReceivedKind.stun.rawValue)] = 1
        counters.receivedBytes[Int(ReceivedKind.relay.rawValue)] = 12_000
        counters.outcomes[Int(Outcome.deliver.rawValue)] = 10
        counters.outcomes[Int(Outcome.stun.rawValue)] = 1
        counters.outcomes[Int(Outcome.unknownDestination.rawValue)] = 2
        counters.sentPackets[Int(SentKind.deliver.rawValue)] = 10
        counters.sentPackets[Int(SentKind.stun.rawValue)] = 1
        counters.receiveCalls = 3
        counters.batchSizes = [1, 0, 1, 1, 0, 0, 0, 0]
        counters.runLengths = [1, 1, 0, 1, 0, 0, 0, 0]
        return ShardStatus(
            index: index, counters: counters, cpuSeconds: 0.125, ageSeconds: 0.01, socketQueueBytes: 100,
            socketOverflows: UInt64(index), socketBufferBytes: 1 << 24,
            offloads: [OffloadStatus(name: "gro", capable: true, allowed: true, active: index == 1)])
    }
}

extension FleetMember {
    static func sample(_ id: UInt32, _ state: MemberState = .alive) -> FleetMember {
        FleetMember(
            Member(
                beacon: BeaconID(id), session: SessionID(1_700_000_000_000), incarnation: 3, state: state,
                control: Address(ipv4: 0xC000_0200 + id % 256, port: 9_011),
                data: Address(ipv4: 0xC000_0200 + id % 256, port: 9_001), softwareVersion: SoftwareVersion(1, 2, 3)),
            sinceSeconds: 61.5)
    }
}

extension FleetOwner {
    static func sample(_ id: UInt32, entries: Int = 10, lag: UInt64 = 0, isRoutable: Bool = true) -> FleetOwner {
        FleetOwner(
            owner: BeaconID(id), session: SessionID(1_700_000_000_000), head: 500 + lag, cursor: 500,
            entries: entries, digest: 0xBEEF, confirmedSeconds: 0.25, isRoutable: isRoutable)
    }
}

extension FleetStatus {
    /// A fleet of four as beacon 7 sees it.
    static func sample() -> FleetStatus {
        var fleet = FleetStatus(
            beacon: BeaconID(7), session: SessionID(1_700_000_000_123), incarnation: 2,
            control: Address("192.0.2.7:9011")!, data: Address("192.0.2.7:9001")!)
        fleet.label = "prod"
        fleet.preset = "lan"
        fleet.keyIDs = [0x0A1B, 0xFFFF]
        fleet.members = FleetMemberCounts([.sample(1), .sample(2, .suspect), .sample(3, .dead)])
        fleet.blockedPeers = 3
        fleet.directory = FleetDirectoryTotals([
            .sample(1, lag: 4), .sample(2, lag: 9), .sample(3, lag: 99, isRoutable: false), .sample(7),
        ])
        fleet.counters.datagramsReceived = 100
        fleet.counters.opened = 97
        fleet.counters.bytesReceived = 12_000
        fleet.counters.datagramsSent = 90
        fleet.counters.bytesSent = 11_000
        fleet.counters.dropped = [NamedCount("bad_seal", 2), NamedCount("replay", 1), NamedCount("runt", 0)]
        fleet.counters.streamsServed = 5
        for microseconds in [300, 300, 50_000] as [UInt64] {
            fleet.counters.roundTrips.add(Delay(nanoseconds: microseconds * 1_000))
        }
        fleet.counters.directory = [NamedCount("gaps", 6), NamedCount("repairs", 5)]
        fleet.counters.claims = [NamedCount("granted", 1), NamedCount("refused", 0)]
        fleet.counters.punches = [NamedCount("forwarded", 8)]
        fleet.counters.shell = [NamedCount("send_errors", 0)]
        return fleet
    }
}

extension NodeStatus {
    static func sample(_ id: UInt32) -> NodeStatus {
        NodeStatus(
            id: NodeID(id), endpoint: Address(ipv4: 0xC000_0200 + id % 256, port: 4_000), local: nil,
            lastSeenSeconds: 1.5, wantsDestination: false, proven: true, hasKey: false, contestedBy: nil)
    }
}
