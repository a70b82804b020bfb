import BeaconBasics
import BeaconCluster
import BeaconFleet
import BeaconMembership
import Dispatch

/// The events of a fleet, for a test that waits for one of them.
final class FleetEventLog: Sendable {
    private let events = Guarded([FleetEvent]())
    private let arrived = DispatchSemaphore(value: 0)

    @discardableResult
    func add(_ event: FleetEvent) -> Bool {
        events.withLock { $0.append(event) }
        arrived.signal()
        return true
    }

    /// Waits until one of them, from the first on, is so; nil after ten seconds.
    func wait<Found>(_ find: (FleetEvent) -> Found?) -> Found? {
        let end = DispatchTime.now() + .seconds(10)
        while true {
            if let found = events.withLock({ $0 }).lazy.compactMap(find).first { return found }
            guard arrived.wait(timeout: end) == .success else { return nil }
        }
    }

    /// Waits until a member is in a state.
    func waitFor(_ beacon: UInt32, _ state: MemberState) -> Bool {
        wait { event in
            guard case .cluster(.member(let change)) = event, change.member.beacon == BeaconID(beacon) else {
                return nil
            }
            return change.member.state == state ? true : nil
        } ?? false
    }
}
