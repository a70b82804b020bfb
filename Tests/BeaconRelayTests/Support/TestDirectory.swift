import BeaconBasics
import BeaconTestKit

@testable import BeaconDirectory

/// A directory filled by hand: other beacons, and the nodes that they are said to have.
final class TestDirectory {
    let table: DirectoryTable
    private var slots: [UInt32: UInt16] = [:]

    init(hash: KeyedHash) { table = DirectoryTable(capacity: 4_096, hash: hash) }

    func member(_ beacon: UInt32, at data: Address) {
        slots[beacon] = table.addOwner(BeaconID(beacon), SessionID(1), data, .routable)
    }

    func set(_ beacon: UInt32, isRoutable: Bool = true, isDraining: Bool = false) {
        let flags: OwnerFlags = isDraining ? .draining : []
        table.setFlags(slots[beacon]!, isRoutable ? flags.union(.routable) : flags)
    }

    func put(_ node: UInt32, at beacon: UInt32, stamp: UInt64 = 1) {
        _ = table.set(Place(of: NodeID(node)), slots[beacon]!, Stamp(stamp), also: nil)
    }

    func remove(_ node: UInt32, at beacon: UInt32) { _ = table.remove(Place(of: NodeID(node)), slots[beacon]!) }
}
