import BeaconBasics

/// A token bucket for each beacon. Bounded: above `capacity` all begin anew, full.
struct Buckets: Sendable {
    static let capacity = 4_096
    private var buckets: [BeaconID: TokenBucket] = [:]

    mutating func take(_ beacon: BeaconID, _ rate: Rate, at now: Moment) -> Bool {
        if buckets.count >= Self.capacity, buckets[beacon] == nil { buckets.removeAll(keepingCapacity: true) }
        return buckets[beacon, default: TokenBucket()].take(rate, at: now)
    }
}
