import BeaconBasics
import BeaconMembership

extension MemberChange {
    /// Whether the beacons that nodes can choose among are others now: a member has come, has gone, or drains (or no longer).
    var movesNodes: Bool {
        guard let previous else { return true }
        return previous.state.isRoutable != member.state.isRoutable || previous.isDraining != member.isDraining
            || previous.session != member.session
    }
}
