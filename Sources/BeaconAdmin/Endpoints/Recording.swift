import BeaconHTTP

/// Snapshots: what there is, and one more of them.
extension Route {
    static let recording: [Route] = [
        Route(.get, "/snapshots", parameters: ["format"], "snapshots on disk, and how the last attempt ended") {
            call throws(Refusal) in
            guard let status = call.admin.backend.status().snapshots else { throw Refusal.noSnapshots }
            return .report(.snapshots(status))
        },
        Route(
            .post, "/snapshot", parameters: ["format"],
            "write a snapshot; GET /snapshots has the answer's number as last.number once it is done"
        ) { call throws(Refusal) in
            switch call.admin.backend.takeSnapshot() {
            case .ordered(let number): return .report(["result": Report("ordered"), "number": Report(number)])
            case .off: throw Refusal.noSnapshots
            case .notBuilt: throw Refusal(.notImplemented, "this beacon was built without snapshots")
            }
        },
    ]
}

extension Refusal {
    fileprivate static let noSnapshots = Refusal(
        .conflict, "there are no snapshots: start the beacon with --snapshot-dir")
}
