import BeaconBasics

/// The data addresses that are known to be beacons of our fleet: those that have answered a hello, unless their control
/// plane is not heard, and the members that live.
struct FleetMembers {
    var answered: [Address] = []
    /// Of those that have answered.
    var blocked: Set<Address> = []
    private var live: [BeaconID: Address] = [:]
    private var told: Set<Address> = []

    mutating func changed(_ member: Member) {
        live[member.beacon] = member.state.isRoutable ? member.data : nil
    }

    func isLive(_ beacon: BeaconID) -> Bool { live[beacon] != nil }

    /// All of them, if they are others than last time.
    mutating func news() -> [Address]? {
        let all = Set(answered).subtracting(blocked).union(live.values)
        guard all != told else { return nil }
        told = all
        return Array(all)
    }
}
