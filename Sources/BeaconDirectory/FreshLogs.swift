import BeaconBasics

/// Logs that have moved on lately. Pings and acks tell of these first, each a few times: whoever lost the last batch of a
/// log learns of it within some hundred milliseconds, and not when that log's turn comes among a thousand.
struct FreshLogs {
    /// Of one change. Told by everybody to a random member each time, it reaches all but e⁻¹² of the fleet.
    static let tellings: UInt8 = 12
    /// When more logs move on at once, each of them soon shows by its next batch what was lost.
    static let capacity = 32

    private var entries: [(owner: BeaconID, left: UInt8)] = []
    private var turn = 0
    private var oldest = 0

    var count: Int { entries.count }

    mutating func changed(_ owner: BeaconID) {
        if let place = entries.firstIndex(where: { $0.owner == owner }) {
            entries[place].left = Self.tellings
        } else if entries.count < Self.capacity {
            entries.append((owner, Self.tellings))
        } else {
            oldest = (oldest + 1) % Self.capacity
            entries[oldest] = (owner, Self.tellings)
        }
    }

    /// In turn; the log counts as told once more.
    mutating func next() -> BeaconID? {
        guard !entries.isEmpty else { return nil }
        turn = turn + 1 < entries.count ? turn + 1 : 0
        let owner = entries[turn].owner
        entries[turn].left -= 1
        if entries[turn].left == 0 { entries.swapRemove(at: turn) }
        return owner
    }
}

extension [(owner: BeaconID, left: UInt8)] {
    fileprivate mutating func swapRemove(at place: Int) {
        swapAt(place, count - 1)
        removeLast()
    }
}
