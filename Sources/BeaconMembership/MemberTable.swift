import BeaconBasics

/// What is known of one member.
struct MemberRow: Sendable {
    var member: Member
    /// In this state.
    var since: Moment
    /// Since when it could have been told that it is held for dead.
    var toldAt = Moment(nanoseconds: 0)
    var roundTrip = RoundTrip()
    var loss = LossMeter()
    var health: UInt8 = 0
    var isForgotten = false
    var isInOrder = false
    var hasPurgeAlarm = false
    /// Whether the slot holds a member at all.
    var isUsed = true
    /// Its place in `MemberTable.live` or `.dead`; -1 = in neither.
    var place: Int32 = -1
    /// The round that is probing it; -1 = none.
    var round: Int32 = -1
    /// The contact that it answered as; -1 = none.
    var contact: Int32 = -1
}

/// Everybody but ourselves. A member keeps its slot as long as it is in the table; `index` finds it by its id.
struct MemberTable: Sendable {
    var rows: [MemberRow] = []
    /// (beacon << 32 | slot), sorted.
    private var index: [UInt64] = []
    private var freeSlots: [Int] = []
    /// Slots of those that are alive or suspect, and of the dead ones; in no order that means anything.
    private(set) var live: [Int32] = []
    private(set) var dead: [Int32] = []
    /// XOR over the rows of what they say: equal tables have equal ones.
    private(set) var hash: UInt64 = 0

    var count: Int { index.count }

    /// Slots by beacon id.
    var slots: some Sequence<Int> { index.lazy.map { Int($0 & 0xFFFF_FFFF) } }

    private func position(_ beacon: BeaconID) -> Int {
        let key = UInt64(beacon.rawValue) << 32
        var low = 0
        var high = index.count
        while low < high {
            let middle = (low + high) / 2
            if index[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func slot(_ beacon: BeaconID) -> Int? {
        let position = position(beacon)
        guard position < index.count, index[position] >> 32 == UInt64(beacon.rawValue) else { return nil }
        return Int(index[position] & 0xFFFF_FFFF)
    }

    /// The first member above `beacon`, and round at the end, that `isWanted`.
    func successor(of beacon: BeaconID, where isWanted: (MemberRow) -> Bool) -> Int? {
        let start = position(beacon)
        for step in 0..<index.count {
            let slot = Int(index[(start + step) % index.count] & 0xFFFF_FFFF)
            if isWanted(rows[slot]) { return slot }
        }
        return nil
    }

    /// Not yet in the table.
    mutating func insert(_ member: Member, since: Moment, isForgotten: Bool) -> Int {
        var row = MemberRow(member: member, since: since)
        row.isForgotten = isForgotten
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            rows[slot] = row
        } else {
            slot = rows.count
            rows.append(row)
        }
        index.insert(UInt64(member.beacon.rawValue) << 32 | UInt64(slot), at: position(member.beacon))
        enlist(slot)
        return slot
    }

    mutating func remove(_ slot: Int) {
        delist(slot)
        index.remove(at: position(rows[slot].member.beacon))
        rows[slot].isUsed = false
        freeSlots.append(slot)
    }

    /// Another state, incarnation or life of the member of this slot.
    mutating func update(_ slot: Int, to member: Member, isForgotten: Bool) {
        delist(slot)
        rows[slot].member = member
        rows[slot].isForgotten = isForgotten
        enlist(slot)
    }

    private mutating func enlist(_ slot: Int) {
        guard !rows[slot].isForgotten else { return }
        hash ^= rows[slot].member.tableHash
        switch rows[slot].member.state {
        case .alive, .suspect:
            rows[slot].place = Int32(live.count)
            live.append(Int32(slot))
        case .dead:
            rows[slot].place = Int32(dead.count)
            dead.append(Int32(slot))
        case .left: break
        }
    }

    private mutating func delist(_ slot: Int) {
        guard !rows[slot].isForgotten else { return }
        hash ^= rows[slot].member.tableHash
        let place = Int(rows[slot].place)
        rows[slot].place = -1
        guard place >= 0 else { return }
        if rows[slot].member.state == .dead {
            dead.swapAt(place, dead.count - 1)
            dead.removeLast()
            if place < dead.count { rows[Int(dead[place])].place = Int32(place) }
        } else {
            live.swapAt(place, live.count - 1)
            live.removeLast()
            if place < live.count { rows[Int(live[place])].place = Int32(place) }
        }
    }
}

extension Member {
    /// What two tables are compared by. A suspicion passes by itself: it counts as alive.
    var tableHash: UInt64 {
        let standing: UInt64 =
            switch state {
            case .alive, .suspect: 0
            case .dead: 1
            case .left: 2
            }
        return mixed(mixed(UInt64(beacon.rawValue) << 32 | UInt64(incarnation)) ^ (session.rawValue << 2 | standing))
    }

    /// Later in the order of one member's states: session, incarnation, alive < suspect < dead < left.
    func isLater(than other: Member) -> Bool {
        if session != other.session { return session > other.session }
        if incarnation != other.incarnation { return incarnation > other.incarnation }
        return state.rawValue > other.state.rawValue
    }
}

/// SplitMix64's finaliser: every bit of the result depends on every bit of the value.
func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}

extension SeededRandom {
    /// 0 ..< bound; bound at least 1, below 2³².
    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

    /// Zero up to `delay`.
    mutating func delay(upTo delay: Delay) -> Delay {
        Delay(nanoseconds: ((next() >> 32) &* (delay.nanoseconds >> 12)) >> 20)
    }
}
