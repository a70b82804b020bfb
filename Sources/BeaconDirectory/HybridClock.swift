import BeaconBasics

/// The hybrid logical clock that stamps our registrations (Kulkarni et al. 2014): 48 bits of Unix milliseconds and 16
/// of count. It never goes back, whatever the wall clock does, and keeps ahead of every stamp it has been shown.
struct HybridClock {
    private(set) var last = Stamp(0)
    private(set) var clamped: UInt64 = 0

    /// How far ahead of our wall clock another's stamps may draw us.
    static let leash: UInt64 = 5_000

    mutating func next(at now: ClusterTime) -> Stamp {
        let wall = now.unixMilliseconds & 0xFFFF_FFFF_FFFF
        last = max(Stamp(wall << 16), last.next)
        return last
    }

    /// A stamp of another beacon. One that is too far ahead moves us by the leash only: an order of events that one
    /// broken clock has bent must not bend for all.
    mutating func absorb(_ stamp: Stamp, at now: ClusterTime) {
        let limit = (now.unixMilliseconds + Self.leash) & 0xFFFF_FFFF_FFFF
        if stamp.unixMilliseconds > limit {
            clamped += 1
            last = max(last, Stamp(limit << 16))
        } else {
            last = max(last, stamp)
        }
    }
}

extension Stamp {
    /// The stamp right after this one; the last one has none.
    var next: Stamp { Stamp(rawValue == .max ? .max : rawValue + 1) }
}
