public import BeaconBasics
import Synchronization

/// Node → beacon, as the data plane reads it: from any thread, without a lock, a reference count or an allocation.
///
/// It holds every (node, owner) entry of the fleet, our own among them, sixteen bytes each. An entry names an owner's
/// slot, and whether that owner is routable is one word there: a death, a leave, a refutation or a new session turns a
/// whole shard over at once, with no entry touched. One writer: the `Directory`, on the fleet's loop.
public final class DirectoryTable: @unchecked Sendable {
    let entries: EntryStore
    let owners = OwnerRows()
    /// Data address → owner slots that have it; the key is a part of the address's hash.
    private let addresses: EntryStore
    private let hash: KeyedHash
    private let refusals = Atomic<UInt64>(0)
    private let total = Atomic<Int>(0)

    private let usedSlots = Atomic<Int>(0)

    // The writer's alone.
    private var freeSlots: [UInt16] = []
    /// Slots of owners that have gone, whose entries are still to be swept.
    private(set) var retired: [UInt16] = []

    /// `capacity`: entries at most, of all other beacons together and our own.
    public init(capacity: Int, hash: KeyedHash) {
        self.hash = hash
        entries = EntryStore(
            capacity: capacity, segmentBits: EntryStore.segmentBits(for: capacity), hash: hash)
        addresses = EntryStore(capacity: OwnerRows.limit, segmentBits: 0, hash: hash)
    }

    public var capacity: Int { entries.capacity }
    public var count: Int { total.load(ordering: .relaxed) }
    /// Entries that found the table full, since start.
    public var refused: UInt64 { refusals.load(ordering: .relaxed) }

    /// Where another beacon's node is: the routable entry with the highest (stamp, beacon). nil: nobody (else) has it.
    public func find(_ node: NodeID) -> DirectoryRoute? { locate(node).other }

    /// The same, and our own entry beside it.
    public func locate(_ node: NodeID) -> NodeLocation {
        let key = node.rawValue
        let place = Place(of: node)
        let home = entries.hash(of: key)
        while true {
            let reading = entries.begin(place)
            if let location = locate(EntryProbe(reading.block, key: key, hash: home)), reading.isCurrent {
                return location
            }
        }
    }

    /// nil: something changed under way.
    @inline(__always)
    private func locate(_ entries: consuming EntryProbe) -> NodeLocation? {
        var own: Stamp?
        var best: (stamp: UInt64, owner: UInt16, state: OwnerState)?
        while let entry = entries.next() {
            let state = owners.state(entry.owner)
            if state.isOwn { own = Stamp(entry.stamp) }
            guard state.isRoutable, !state.isOwn else { continue }
            if let best, (best.stamp, best.state.beacon) >= (entry.stamp, state.beacon) { continue }
            best = (entry.stamp, entry.owner, state)
        }
        guard let best else { return NodeLocation(own: own, other: nil) }
        guard let address = owners.address(best.owner, best.state) else { return nil }
        return NodeLocation(
            own: own,
            other: DirectoryRoute(
                beacon: best.state.beacon, address: address, stamp: Stamp(best.stamp),
                isDraining: best.state.flags.contains(.draining)))
    }

    /// Whether mesh frames from this data address are a live member's.
    public func isMember(_ data: Address) -> Bool {
        let key = key(of: data)
        let home = addresses.hash(of: key)
        while true {
            let reading = addresses.begin(Place(0))
            if let answer = isMember(data, EntryProbe(reading.block, key: key, hash: home)), reading.isCurrent {
                return answer
            }
        }
    }

    /// nil: something changed under way.
    @inline(__always)
    private func isMember(_ data: Address, _ candidates: consuming EntryProbe) -> Bool? {
        while let entry = candidates.next() {
            let state = owners.state(entry.owner)
            guard state.isRoutable, !state.isOwn else { continue }
            guard let address = owners.address(entry.owner, state) else { return nil }
            if address == data { return true }
        }
        return false
    }

    private func key(of address: Address) -> UInt32 { UInt32(truncatingIfNeeded: hash(address) >> 16) }

    /// Every entry of a node, the winning order first: for people, not for packets.
    public func holders(of node: NodeID) -> [NodeHolder] {
        let key = node.rawValue
        while true {
            let reading = entries.begin(Place(of: node))
            var probe = EntryProbe(reading.block, key: key, hash: entries.hash(of: key))
            var holders: [NodeHolder] = []
            while let entry = probe.next() {
                let state = owners.state(entry.owner)
                holders.append(
                    NodeHolder(
                        beacon: state.beacon, session: owners.session(entry.owner), stamp: Stamp(entry.stamp),
                        isRoutable: state.isRoutable, isDraining: state.flags.contains(.draining), isOwn: state.isOwn))
            }
            if reading.isCurrent { return holders.filter { $0.beacon != BeaconID(0) }.sorted(by: NodeHolder.wins) }
        }
    }

    /// Entries of a beacon's present session; 0 for one that is not known. Looks at every owner: for people.
    public func entries(of beacon: BeaconID) -> Int {
        for slot in 0..<UInt16(usedSlots.load(ordering: .acquiring)) {
            let state = owners.state(slot)
            guard state.flags.contains(.current), state.beacon == beacon else { continue }
            return Int(owners.count(slot).pointee.load(ordering: .relaxed))
        }
        return 0
    }

    // MARK: Writing: owners

    /// A slot for a beacon's session; nil when all 65,535 are taken.
    func addOwner(_ beacon: BeaconID, _ session: SessionID, _ data: Address, _ flags: OwnerFlags) -> UInt16? {
        guard let slot = freeSlots.popLast() ?? newSlot() else { return nil }
        owners.assign(slot, beacon, session, data, flags.union(.current))
        index(data, slot)
        return slot
    }

    func setFlags(_ slot: UInt16, _ flags: OwnerFlags) {
        let wanted = flags.union(.current)
        if owners.state(slot).flags.intersection(.changeable) != wanted { owners.setFlags(slot, wanted) }
    }

    func setAddress(_ slot: UInt16, _ data: Address) {
        let old = address(slot)
        guard data != old else { return }
        index(data, slot)
        owners.setAddress(slot, data)
        unindex(old, slot)
    }

    /// The owner has gone: nothing of it is routable from now on, and its slot is free once its entries are swept.
    func retire(_ slot: UInt16) {
        owners.setFlags(slot, [])
        unindex(address(slot), slot)
        if count(slot) == 0 { free(slot) } else { retired.append(slot) }
    }

    /// Slots are below this.
    var slotsInUse: Int { usedSlots.load(ordering: .relaxed) }

    func count(_ slot: UInt16) -> Int { Int(owners.count(slot).pointee.load(ordering: .relaxed)) }

    private func newSlot() -> UInt16? {
        let next = usedSlots.load(ordering: .relaxed)
        guard next < OwnerRows.limit else { return nil }
        usedSlots.store(next + 1, ordering: .releasing)
        return UInt16(next)
    }

    private func free(_ slot: UInt16) {
        owners.clear(slot)
        retired.removeAll { $0 == slot }
        freeSlots.append(slot)
    }

    private func address(_ slot: UInt16) -> Address { owners.address(slot, owners.state(slot)) ?? .none }

    private func index(_ data: Address, _ slot: UInt16) {
        guard data != .none else { return }
        _ = addresses.set(key(of: data), Place(0), slot, 0, also: nil)
    }

    private func unindex(_ data: Address, _ slot: UInt16) { _ = addresses.remove(key(of: data), Place(0), slot) }

    // MARK: Writing: entries

    /// Files an entry; says what was there of this owner, and of `also`.
    func set(_ place: Place, _ slot: UInt16, _ stamp: Stamp, also: UInt16?) -> EntryStore.Outcome {
        let outcome = entries.set(place.node.rawValue, place, slot, stamp.rawValue, also: also)
        if outcome.isRefused {
            refusals.add(1, ordering: .relaxed)
        } else if outcome.previous == nil {
            adjust(slot, by: 1)
        }
        return outcome
    }

    func remove(_ place: Place, _ slot: UInt16) -> Stamp? {
        guard let stamp = entries.remove(place.node.rawValue, place, slot) else { return nil }
        adjust(slot, by: -1)
        if !owners.state(slot).flags.contains(.current), count(slot) == 0 { free(slot) }
        return Stamp(stamp)
    }

    func move(_ place: Place, from slot: UInt16, to other: UInt16) {
        guard entries.move(place.node.rawValue, place, from: slot, to: other) else { return }
        adjust(slot, by: -1)
        adjust(other, by: 1)
    }

    func stamp(_ place: Place, _ slot: UInt16) -> Stamp? {
        entries.stamp(place.node.rawValue, place, slot).map { Stamp($0) }
    }

    /// What is known of a node's stamps: ours, and the highest of any other's, routable or not.
    func stamps(_ place: Place, own slot: UInt16) -> (own: Stamp?, other: Stamp, beacon: BeaconID) {
        let key = place.node.rawValue
        var probe = EntryProbe(entries.begin(place).block, key: key, hash: entries.hash(of: key))
        var result: (own: Stamp?, other: Stamp, beacon: BeaconID) = (nil, Stamp(0), BeaconID(0))
        while let entry = probe.next() {
            let beacon = owners.state(entry.owner).beacon
            if entry.owner == slot {
                result.own = Stamp(entry.stamp)
            } else if owners.state(entry.owner).flags.contains(.current),
                (Stamp(entry.stamp), beacon) > (result.other, result.beacon)
            {
                result.other = Stamp(entry.stamp)
                result.beacon = beacon
            }
        }
        return result
    }

    /// Removes entries that no search can find, because their memory is not what was written: they would otherwise stay
    /// for ever.
    func dropStrays(in segment: Int) {
        for word in entries.removeStrays(in: segment) where Int(EntryBlock.owner(word)) < slotsInUse {
            if count(EntryBlock.owner(word)) > 0 { adjust(EntryBlock.owner(word), by: -1) }
        }
        total.store(entries.count, ordering: .relaxed)
    }

    /// Puts right how many entries name a slot.
    func recount(_ slot: UInt16, _ count: Int) { owners.count(slot).pointee.store(UInt32(count), ordering: .relaxed) }

    private func adjust(_ slot: UInt16, by change: Int) {
        let count = owners.count(slot)
        count.pointee.store(
            UInt32(Int(count.pointee.load(ordering: .relaxed)) + change), ordering: .relaxed)
        total.store(entries.count, ordering: .relaxed)
    }
}
