import BeaconHTTP
import BeaconRelay

/// Who talks most.
extension Route {
    static let talking: [Route] = [
        Route(
            .get, "/top", parameters: ["n", "by", "format"],
            "who sends and gets most: sources, nodes, pairs of the last one to two minutes; ?by=packets or bytes"
        ) { call throws(Refusal) in
            let (measure, limit) = (try call.measure(), try call.number("n", in: 1...500) ?? 10)
            return .report(.talkers(call.admin.backend.talkers(), by: measure, limit: limit))
        }
    ]
}

extension Call {
    fileprivate func measure() throws(Refusal) -> TalkerMeasure {
        let values = request.target.values("by")
        guard let word = values.first else { return .packets }
        guard values.count == 1, let measure = TalkerMeasure(rawValue: word) else {
            throw Refusal(.badRequest, "by is packets or bytes")
        }
        return measure
    }
}
