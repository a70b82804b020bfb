public import BeaconJSON

/// What `GET /drain` says, as far as a deploy wants to know it.
public struct DrainReading: Equatable, Sendable {
    public enum State: String, Sendable { case serving, draining, left }

    public var state: State
    /// The beacon stays after the drain instead of ending.
    public var stays = false
    /// Unix seconds: which drain this is.
    public var beganAt: Double?
    public var elapsedSeconds = 0.0
    public var leftSeconds = 0.0
    public var nodesAtStart = 0
    public var nodesLeft = 0
    public var nodesMoved = 0
    public var nodesExpired = 0
    /// Other beacons that live and do not drain; nil without a fleet.
    public var othersServing: Int?
    public var framesForwarded = 0
    public var framesRepeated = 0
    /// Perhaps missed, and not sent again.
    public var framesDoubtful = 0
    public var framesLost = 0
    /// Ids, the busiest first.
    public var busiest: [Int] = []
    public var blockers: [String] = []

    public init(_ state: State) { self.state = state }

    /// nil if this is no drain.
    public init?(_ json: JSON) {
        guard let state = json["state"]?.string.flatMap(State.init), let nodes = json["nodes"],
            let left = nodes["left"]?.integer
        else { return nil }
        self.init(state)
        stays = json["then"]?.string == "stay"
        beganAt = json["began_at"]?.double
        elapsedSeconds = json["elapsed_seconds"]?.double ?? 0
        leftSeconds = json["left_seconds"]?.double ?? 0
        nodesLeft = left
        nodesAtStart = nodes["at_start"]?.integer ?? 0
        nodesMoved = nodes["moved"]?.integer ?? 0
        nodesExpired = nodes["expired"]?.integer ?? 0
        othersServing = json["others_serving"]?.integer
        framesForwarded = json["frames"]?["forwarded"]?.integer ?? 0
        framesRepeated = json["frames"]?["repeated"]?.integer ?? 0
        framesDoubtful = json["frames"]?["doubtful"]?.integer ?? 0
        framesLost = json["frames"]?["lost"]?.integer ?? 0
        busiest = json["busiest"]?.items.compactMap { $0["node"]?.integer } ?? []
        blockers = json["blockers"]?.items.compactMap(\.string) ?? []
    }

    /// The nodes that are left have nowhere to go.
    public var isHopeless: Bool { nodesLeft > 0 && (othersServing ?? 0) == 0 }

    /// 0 to 1: how many have gone of those who were there.
    public var progress: Double {
        guard nodesAtStart > 0 else { return 1 }
        return min(1, max(0, 1 - Double(nodesLeft) / Double(nodesAtStart)))
    }
}
