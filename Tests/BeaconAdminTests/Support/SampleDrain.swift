import BeaconAdmin
import BeaconBasics

extension DrainStatus {
    /// Half way, every number another.
    static func sample(_ state: State = .draining, left: Int = 30) -> DrainStatus {
        var status = DrainStatus()
        status.state = state
        status.then = .stay
        status.beganAt = 1_700_000_100.25
        (status.elapsedSeconds, status.deadlineSeconds, status.leftSeconds) = (10.5, 130, 119.5)
        (status.nodesAtStart, status.nodesLeft, status.nodesMoved, status.nodesExpired) = (100, left, 65, 5)
        status.idsRefused = 3
        (status.othersServing, status.activePairs) = (2, 4)
        (status.framesForwarded, status.framesRepeated, status.framesDoubtful, status.framesLost) = (77, 8, 6, 0)
        status.busiest = (1...7).map { BusyNode(NodeID($0), frames: UInt64(1_000 - $0), bytes: 2_000) }
        status.blockers = ["30 nodes have not moved"]
        return status
    }
}
