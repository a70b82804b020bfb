import BeaconAdmin
import BeaconBasics
import BeaconRelay

/// Looks at one reading of the node a second and tells what has begun or ended since the last: a budget that refuses, an
/// error that repeats, an offload that was switched, a shard that no longer publishes, the registry's answers. A value:
/// readings go in, events come out, and no more of them than there are things to watch.
struct StateWatch {
    struct News: Equatable {
        var kind: EventKind
        var fields: [BeaconEvent.Field]

        init(_ kind: EventKind, _ fields: KeyValuePairs<String, String>) {
            self.kind = kind
            self.fields = fields.map { BeaconEvent.Field($0.key, $0.value) }
        }
    }

    /// A trouble is over when it has not been seen for so many readings: one that comes and goes is one event.
    static let quietReadings = 10
    /// A shard publishes four times a second.
    static let stallSeconds = 3.0

    /// Outcomes of datagrams that mean that a budget or a table is used up.
    private static let budgets: [Outcome] = [
        .relayRate, .unprovenRate, .tableFull, .punchSourceRate, .punchPrefixRate, .punchOverload, .syncOverload,
        .helloOverload,
    ]
    private static let errors: [Outcome] = [.sendBusy, .sendTooBig, .sendFailed]

    private struct Trouble {
        var total: UInt64
        /// When it began, and the total just before; nil: it is not there.
        var began: UInt64?
        var quiet = 0
    }

    private var troubles: [String: Trouble] = [:]
    private var offloads: [String: Bool] = [:]
    private var stalled: Set<Int> = []
    private var registry: RegistryStatus.State?

    mutating func take(_ status: BeaconStatus) -> [News] {
        var news: [News] = []
        let totals = status.totals
        for outcome in Self.budgets { watch(.budget, outcome.name, totals[outcome], &news) }
        watch(.budget, "claim_probes", status.registration.claimsOverBudget, &news)
        for outcome in Self.errors { watch(.error, outcome.name, totals[outcome], &news) }
        watch(.error, "receive", status.shards.reduce(0) { $0 + $1.receiveErrors }, &news)
        watch(.error, "socket_overflow", status.shards.reduce(0) { $0 + $1.socketOverflows }, &news)
        for shard in status.shards { watch(shard, &news) }
        watch(status.registry, &news)
        return news
    }

    /// The first reading is where counting begins.
    private mutating func watch(_ kind: EventKind, _ what: String, _ total: UInt64, _ news: inout [News]) {
        guard var trouble = troubles[what] else {
            troubles[what] = Trouble(total: total)
            return
        }
        if total != trouble.total {
            if trouble.began == nil {
                trouble.began = trouble.total
                news.append(News(kind, ["what": what, "state": "began", "count": "\(total &- trouble.total)"]))
            }
            trouble.quiet = 0
        } else if let began = trouble.began {
            trouble.quiet += 1
            if trouble.quiet >= Self.quietReadings {
                news.append(News(kind, ["what": what, "state": "over", "count": "\(total &- began)"]))
                trouble.began = nil
            }
        }
        trouble.total = total
        troubles[what] = trouble
    }

    private mutating func watch(_ shard: ShardStatus, _ news: inout [News]) {
        for offload in shard.offloads {
            let name = "\(shard.index) \(offload.name)"
            if let before = offloads.updateValue(offload.active, forKey: name), before != offload.active {
                news.append(
                    News(
                        .offload,
                        ["shard": "\(shard.index)", "offload": offload.name, "active": "\(offload.active)"]))
            }
        }
        let isStalled = shard.ageSeconds > Self.stallSeconds
        guard isStalled != stalled.contains(shard.index) else { return }
        if isStalled { stalled.insert(shard.index) } else { stalled.remove(shard.index) }
        news.append(News(.shard, ["shard": "\(shard.index)", "state": isStalled ? "stalled" : "publishing"]))
    }

    private mutating func watch(_ status: RegistryStatus?, _ news: inout [News]) {
        guard let status, status.state != .never, registry != status.state else { return }
        let was = registry
        registry = status.state
        news.append(
            News(
                .registry,
                [
                    "state": status.state.rawValue, "was": was?.rawValue ?? "",
                    "reason": status.state == .ok ? "" : status.lastError ?? "", "beacons": "\(status.beacons)",
                ]))
    }
}
