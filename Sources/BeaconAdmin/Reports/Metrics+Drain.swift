extension Metrics {
    /// There at zero before the first drain, so that a deploy can be alerted on.
    static func addDrain(_ drain: DrainStatus, to text: inout MetricsText) {
        let name = "beacon_drain"
        text.family("\(name)_state", .gauge, "1 for the state that the beacon is in.")
        for state in DrainStatus.State.allCases {
            text.sample(["state": state.rawValue], drain.state == state ? 1 : 0)
        }
        let left = drain.state == .draining ? drain.leftSeconds ?? 0 : 0
        text.single("\(name)_left_seconds", .gauge, "Until the deadline; 0 when not draining.", left)
        text.family("\(name)_nodes", .gauge, "Nodes of the present or last drain.")
        let nodes: KeyValuePairs = [
            "left": drain.nodesLeft, "moved": drain.nodesMoved, "expired": drain.nodesExpired,
        ]
        for (state, count) in nodes { text.sample(["state": state], count) }
        text.single(
            "\(name)_refused_total", .counter, "New ids not registered because of the drain.", drain.idsRefused)
        text.family("\(name)_frames_total", .counter, "Frames for nodes that have moved; none may be lost.")
        let frames: KeyValuePairs = [
            "forwarded": drain.framesForwarded, "repeated": drain.framesRepeated,
            "doubtful": drain.framesDoubtful, "lost": drain.framesLost,
        ]
        for (result, count) in frames { text.sample(["result": result], count) }
        guard let pairs = drain.activePairs else { return }
        text.single(
            "beacon_relay_pairs_active", .gauge,
            "Pairs of nodes with a frame in the last ten seconds for a node registered here; at least so many.", pairs)
    }
}
