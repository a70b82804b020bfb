import BeaconBasics

/// One beacon whose log is followed: what of it is here, and what it takes to keep up. A thousand of these in each of a
/// thousand simulated beacons: no arrays, no references.
struct Follower {
    let beacon: BeaconID
    /// Of the table; `noSlot` while a dead owner's entries have been given up.
    var slot = Self.noSlot
    var flags: FollowerFlags = []
    var attempts: UInt8 = 0
    /// Early batches of it that are being held.
    var held: UInt8 = 0
    /// Who told of the head.
    var source: BeaconID
    var session: SessionID
    /// All operations up to here have been applied …
    var cursor: UInt64 = 0
    /// … but a snapshot may have brought some of up to here already: till then its state is of no one moment.
    var settledAt: UInt64 = 0
    /// The highest sequence that anybody has told of.
    var head: UInt64 = 0
    var digest = ShardDigest()
    var confirmedAt: Moment
    /// When the gap is (again) asked for.
    var nackAt = Moment(nanoseconds: 0)
    /// When it was declared dead or left.
    var diedAt = Moment(nanoseconds: 0)
    var repairedAt = Moment(nanoseconds: 0)
    var budget = PeerBudget()

    static let noSlot: UInt16 = .max

    var isRoutable: Bool { flags.contains(.routable) }
    /// Its state is exactly that of the log at the cursor: it may be compared, told of and served.
    var isSettled: Bool { cursor >= settledAt && slot != Self.noSlot && flags.isDisjoint(with: [.frozen, .partial]) }
    var hasGap: Bool { cursor < head }
}

struct FollowerFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static let routable = FollowerFlags(rawValue: 1)
    /// On the list of gaps.
    static let gap = FollowerFlags(rawValue: 4)
    /// Wants a snapshot.
    static let pull = FollowerFlags(rawValue: 8)
    /// Being pulled or repaired: batches wait.
    static let frozen = FollowerFlags(rawValue: 16)
    /// The table had no room for some of its entries.
    static let partial = FollowerFlags(rawValue: 32)
    /// Wants a bucket-by-bucket repair.
    static let repair = FollowerFlags(rawValue: 64)
    /// Dead or left, its entries still here.
    static let quarantined = FollowerFlags(rawValue: 128)
}

/// The followers, found by beacon id.
struct Roster {
    var rows: [Follower] = []
    private var ids: [UInt32] = []
    private var positions: [UInt16] = []

    var count: Int { rows.count }

    func find(_ beacon: BeaconID) -> Int? {
        let at = rank(beacon.rawValue)
        return at < ids.count && ids[at] == beacon.rawValue ? Int(positions[at]) : nil
    }

    /// By beacon id.
    subscript(rank rank: Int) -> Int { Int(positions[rank]) }

    mutating func insert(_ row: Follower) -> Int {
        let at = rank(row.beacon.rawValue)
        ids.insert(row.beacon.rawValue, at: at)
        positions.insert(UInt16(rows.count), at: at)
        rows.append(row)
        return rows.count - 1
    }

    /// The last row takes its position.
    mutating func remove(_ position: Int) {
        let last = rows.count - 1
        let at = rank(rows[position].beacon.rawValue)
        ids.remove(at: at)
        positions.remove(at: at)
        if position != last {
            rows[position] = rows[last]
            positions[rank(rows[position].beacon.rawValue)] = UInt16(position)
        }
        rows.removeLast()
    }

    /// The first rank whose id is not below.
    func rank(_ id: UInt32) -> Int {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
