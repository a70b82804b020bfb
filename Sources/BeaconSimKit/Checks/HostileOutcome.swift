import BeaconCluster

/// What the core counted of a hostile datagram.
struct HostileOutcome {
    /// A copy of one of ours: the first may have been lost on its way, so that this one is taken; no other is.
    var isReplay: Bool
    var before: ClusterCounters
    var after: ClusterCounters
    /// After the same once more, when a replay was taken.
    var again: ClusterCounters?

    /// S13: each is counted, and none taken that is forged, changed, or there for the second time. nil = so it was.
    var fault: String? {
        if let fault = Self.miscount(before, after) ?? again.flatMap({ Self.miscount(after, $0) }) { return fault }
        if !isReplay, after.opened != before.opened { return "a forged datagram was opened" }
        if let again, again.opened != after.opened { return "a replay was opened twice" }
        return nil
    }

    private static func miscount(_ before: ClusterCounters, _ after: ClusterCounters) -> String? {
        let dropped = after.dropped.reduce(0, +) - before.dropped.reduce(0, +)
        let isCounted = after.datagramsReceived == before.datagramsReceived + 1
        return isCounted && after.opened - before.opened + dropped == 1 ? nil : "a hostile datagram was not counted"
    }
}
