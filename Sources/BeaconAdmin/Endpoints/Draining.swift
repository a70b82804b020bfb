import BeaconBasics
import BeaconHTTP

/// Drain: begun, watched, cancelled.
extension Route {
    static let watchingDrain: [Route] = [
        Route(.get, "/drain", parameters: ["watch", "format"], "how far a drain is; ?watch=1s says so until it ends") {
            call throws(Refusal) in
            if let interval = try call.delay("watch", in: shortestWatch...longestWatch) {
                return .drain(every: interval)
            }
            return .report(.drain(call.admin.backend.drain()))
        }
    ]

    static let draining: [Route] = [
        Route(
            .post, "/drain", parameters: ["deadline", "then", "force", "dry_run", "format"],
            "take no new nodes, wait for the others to move, then leave; ?dry_run=1 tells what would happen"
        ) { call throws(Refusal) in
            switch call.admin.backend.beginDrain(try call.order(), dryRun: try call.flag("dry_run")) {
            case .started(let status): return .report(.drainResult("started", status))
            case .alreadyDraining(let status): return .report(.drainResult("changed", status))
            case .planned(let plan): return .report(.drainPlan(plan))
            case .refused(let reason): throw Refusal(.conflict, reason)
            }
        },
        Route(.delete, "/drain", parameters: ["format"], "cancel the drain: everything is as before") {
            call throws(Refusal) in
            let backend = call.admin.backend
            switch backend.cancelDrain() {
            case .cancelled: return .report(.drainResult("cancelled", backend.drain()))
            case .notDraining: return .report(.drainResult("not_draining", backend.drain()))
            case .tooLate(let reason): throw Refusal(.conflict, reason)
            }
        },
    ]

    private static let shortestWatch = Delay.milliseconds(100)
    private static let longestWatch = Delay.seconds(60)
}

extension Call {
    fileprivate func order() throws(Refusal) -> DrainOrder {
        var order = DrainOrder()
        if let deadline = try delay("deadline", in: .seconds(0)...DrainOrder.longestDeadline) {
            order.deadline = deadline
        }
        if let word = try single("then") {
            guard let then = DrainOrder.Then(rawValue: word) else {
                throw Refusal(.badRequest, "then is exit or stay")
            }
            order.then = then
        }
        order.force = try flag("force")
        return order
    }

    /// A query parameter that is yes or no, and no when it is not given. Without a value it is an error: half of a
    /// `?dry_run=1` must not drain.
    fileprivate func flag(_ name: String) throws(Refusal) -> Bool {
        switch try single(name) {
        case "1", "true": true
        case "0", "false", nil: false
        default: throw Refusal(.badRequest, "\(name) is 1 or 0")
        }
    }

    /// A query parameter that is a length of time; nil when it is not given.
    fileprivate func delay(_ name: String, in range: ClosedRange<Delay>) throws(Refusal) -> Delay? {
        guard let text = try single(name) else { return nil }
        guard let delay = Delay(text: text), range.contains(delay) else {
            throw Refusal(
                .badRequest,
                "\(name) is a time from \(range.lowerBound.text) to \(range.upperBound.text), like 500ms, 130s, 2m or 1h"
            )
        }
        return delay
    }

    private func single(_ name: String) throws(Refusal) -> String? {
        let values = request.target.values(name)
        guard values.count <= 1 else { throw Refusal(.badRequest, "\(name) is given twice") }
        return values.first
    }
}
