import BeaconBasics
import BeaconHTTP
import BeaconRelay

extension Report {
    /// `/shards`: what `/stats` adds up, one by one.
    static func shards(_ shards: [ShardStatus]) -> Report {
        ["shards": .array(shards.map(shard))]
    }

    private static func shard(_ shard: ShardStatus) -> Report {
        [
            "index": Report(shard.index),
            "age_seconds": Report(seconds: shard.ageSeconds),
            "cpu_seconds": Report(seconds: shard.cpuSeconds),
            "socket": [
                "queue_bytes": Report(shard.socketQueueBytes),
                "overflows": Report(shard.socketOverflows),
                "buffer_bytes": Report(shard.socketBufferBytes),
                "receive_errors": Report(shard.receiveErrors),
            ],
            "offloads": Report(shard.offloads.map { ($0.name, offload($0)) }),
            "totals": .totals(shard.counters),
            "received": .received(shard.counters),
            "answered": .outcomes(.answered, shard.counters),
            "forwarded": .outcomes(.forwarded, shard.counters),
            "dropped": .outcomes(.dropped, shard.counters),
            "sent": .sent(shard.counters),
            "batching": .batching(shard.counters),
            "batch_size": .buckets(shard.counters.batchSizes),
            "gso_run": .buckets(shard.counters.runLengths),
        ]
    }

    private static func offload(_ offload: OffloadStatus) -> Report {
        [
            "capable": Report(offload.capable), "allowed": Report(offload.allowed), "active": Report(offload.active),
        ]
    }

    /// A beacon that is named to us, or speaks legacy sync.
    static func peer(_ peer: PeerStatus) -> Report {
        [
            "address": Report(peer.address.description),
            "configured": Report(peer.configured),
            "listed_by_registry": Report(peer.listed),
            "beacon_id": Report(peer.beaconID),
            "nodes": Report(peer.nodes),
            "last_sync_seconds": Report(seconds: peer.lastSyncSeconds),
            "syncs_received": Report(peer.syncsReceived),
            "syncs_sent": Report(peer.syncsSent),
            "kind": Report(peer.kind.rawValue),
        ]
    }

    /// `/nodes`: one page, and where the next begins.
    static func nodes(_ page: NodePage) -> Report {
        ["nodes": .array(page.nodes.map(node)), "next": Report(page.next)]
    }

    /// A row of `/nodes`.
    static func node(_ node: NodeStatus) -> Report {
        .object(nodeMembers(node.id, node))
    }

    /// The same names with nulls for a node that is not registered here.
    static func nodeMembers(_ id: NodeID, _ node: NodeStatus?) -> [Member] {
        let members: KeyValuePairs<String, Report> = [
            "id": Report(id.rawValue),
            "endpoint": Report(node?.endpoint.description),
            "local": Report(node?.local?.description),
            "last_seen_seconds": Report(seconds: node?.lastSeenSeconds),
            "wants_destination": Report(node?.wantsDestination),
            "proven": Report(node?.proven),
            "has_key": Report(node?.hasKey),
            "contested_by": Report(node?.contestedBy?.description),
        ]
        return members.map { Member(name: $0.key, value: $0.value) }
    }

    /// `/drops`: every reason, and what the kernel dropped before the beacon saw it.
    static func drops(_ status: BeaconStatus) -> Report {
        let totals = status.totals
        return [
            "total": Report(totals.total(.dropped)),
            "reasons": .outcomes(.dropped, totals),
            "socket_overflows": [
                "total": Report(status.shards.reduce(0) { $0 + $1.socketOverflows }),
                "shards": .array(status.shards.map { Report($0.socketOverflows) }),
            ],
        ]
    }

    /// `/config`: every setting, where it came from and whether it can be changed now.
    static func settings(_ settings: [SettingStatus]) -> Report {
        ["settings": .array(settings.map(setting))]
    }

    static func setting(_ setting: SettingStatus) -> Report {
        [
            "key": Report(setting.key), "value": Report(setting.value), "source": Report(setting.source),
            "live": Report(setting.live),
        ]
    }

    /// `/`
    static func index(_ routes: [Route]) -> Report {
        ["routes": .array(routes.map(route))]
    }

    private static func route(_ route: Route) -> Report {
        [
            "method": Report(route.method.name), "path": Report(route.pattern),
            "parameters": .array(route.parameters.map { Report($0) }), "about": Report(route.about),
        ]
    }
}
