import BeaconRelay

/// The parts that `/stats` and `/shards` have in common.
extension Report {
    /// received = answered + forwarded + dropped, in one line each.
    static func totals(_ counters: CounterSnapshot) -> Report {
        [
            "received": Report(counters.received),
            "answered": Report(counters.total(.answered)),
            "forwarded": Report(counters.total(.forwarded)),
            "dropped": Report(counters.total(.dropped)),
            "sent": Report(counters.sentPackets.reduce(0, +)),
            "received_bytes": Report(counters.receivedBytes.reduce(0, +)),
            "sent_bytes": Report(counters.sentBytes.reduce(0, +)),
        ]
    }

    static func received(_ counters: CounterSnapshot) -> Report {
        Report(ReceivedKind.allCases.map { ($0.name, Report(counters.received($0))) })
    }

    static func sent(_ counters: CounterSnapshot) -> Report {
        Report(SentKind.allCases.map { ($0.name, Report(counters.sent($0))) })
    }

    /// Every outcome of the group, those at zero too.
    static func outcomes(_ group: Outcome.Group, _ counters: CounterSnapshot) -> Report {
        Report(Outcome.allCases.filter { $0.group == group }.map { ($0.name, Report(counters[$0])) })
    }

    /// How well system calls are shared.
    static func batching(_ counters: CounterSnapshot) -> Report {
        [
            "receive_calls": Report(counters.receiveCalls),
            "send_calls": Report(counters.sendCalls),
            "segmented_sends": Report(counters.segmentedSends),
            "coalesced_receives": Report(counters.coalescedReceives),
            "receive_pauses": Report(counters.receivePauses),
        ]
    }

    /// A histogram by upper bounds: `le_1`, `le_2`, … `more`; not cumulative.
    static func buckets(_ counts: [UInt64]) -> Report {
        let names = CounterSnapshot.buckets.map { "le_\($0)" } + ["more"]
        return Report(zip(names, counts.map { Report($0) }))
    }
}
