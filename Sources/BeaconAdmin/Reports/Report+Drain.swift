import BeaconBasics

extension Report {
    /// `/drain`, a line of `/drain?watch=`, and a part of `/stats`.
    static func drain(_ drain: DrainStatus) -> Report {
        [
            "state": Report(drain.state.rawValue),
            "then": Report(drain.then.rawValue),
            "began_at": Report(seconds: drain.beganAt),
            "elapsed_seconds": Report(seconds: drain.elapsedSeconds),
            "deadline_seconds": Report(seconds: drain.deadlineSeconds),
            "left_seconds": Report(seconds: drain.leftSeconds),
            "nodes": [
                "at_start": Report(drain.nodesAtStart),
                "left": Report(drain.nodesLeft),
                "moved": Report(drain.nodesMoved),
                "expired": Report(drain.nodesExpired),
                "refused": Report(drain.idsRefused),
            ],
            "others_serving": Report(drain.othersServing),
            "active_pairs": Report(drain.activePairs),
            "frames": [
                "forwarded": Report(drain.framesForwarded),
                "repeated": Report(drain.framesRepeated),
                "doubtful": Report(drain.framesDoubtful),
                "lost": Report(drain.framesLost),
            ],
            "busiest": .array(drain.busiest.prefix(DrainStatus.busiestShown).map(busy)),
            "blockers": .array(drain.blockers.map { Report($0) }),
        ]
    }

    private static func busy(_ node: DrainStatus.BusyNode) -> Report {
        ["node": Report(node.node.rawValue), "frames": Report(node.frames), "bytes": Report(node.bytes)]
    }

    /// What an order has come to, and how things stand now.
    static func drainResult(_ result: String, _ status: DrainStatus) -> Report {
        ["result": Report(result), "drain": drain(status)]
    }

    /// `?dry_run=1`
    static func drainPlan(_ plan: DrainPlan) -> Report {
        [
            "result": Report("dry_run"),
            "would": Report(plan.refusal != nil ? "be_refused" : plan.isDraining ? "change" : "start"),
            "reason": Report(plan.refusal),
            "deadline_seconds": Report(seconds: plan.order.deadline.inSeconds),
            "then": Report(plan.order.then.rawValue),
            "nodes_to_move": Report(plan.nodesToMove),
            "others_serving": Report(plan.othersServing),
        ]
    }
}
