public import BeaconJSON

/// What a dry run has told, in sentences.
public struct DrainPlanText: Sendable {
    public let isRefused: Bool
    public let text: String

    /// nil if this is no plan.
    public init?(_ json: JSON) {
        guard let would = json["would"]?.string, let nodes = json["nodes_to_move"]?.integer else { return nil }
        isRefused = would == "be_refused"
        let others = json["others_serving"]?.integer
        let fate =
            switch would {
            case "be_refused": "would be refused: \(json["reason"]?.string ?? "no reason is given")"
            case "change": "would change the drain that is under way"
            default: "would drain"
            }
        let seconds = Int((json["deadline_seconds"]?.double ?? 0).rounded())
        let then = json["then"]?.string == "stay" ? "stay outside the fleet" : "exit"
        text = """
            \(fate)
            nodes to move          \(nodes)
            other beacons serving  \(others.map(String.init) ?? "-")
            deadline               \(seconds) s, then \(then)

            """
    }
}
