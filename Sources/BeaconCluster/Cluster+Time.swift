public import BeaconBasics
import BeaconDirectory
import BeaconMembership

/// Timers.
extension Cluster {
    public var deadline: Moment {
        min(membership.deadline, directory.deadline, streams.deadline, claims.deadline, punches.deadline)
            .earlier(of: rotation?.due)
    }

    /// Whose timer is next; for tests.
    var timers: [Moment] {
        [membership.deadline, directory.deadline, streams.deadline, claims.deadline, punches.deadline]
    }

    /// Timers that are due.
    public mutating func advance(to now: ClusterTime) {
        self.now = now
        if membership.deadline <= now.moment { membership.advance(to: now.moment) }
        if directory.deadline <= now.moment { directory.advance(to: now) }
        while let stream = streams.expired(at: now.moment) { expire(stream, at: now) }
        for ticket in claims.due(at: now.moment) { goOnWithClaim(ticket, at: now) }
        for ticket in punches.due(at: now.moment) { goOnWithPunch(ticket, at: now) }
        if let rotation, rotation.due <= now.moment { goOnRotating(at: now) }
        pump(now)
    }
}

extension Moment {
    fileprivate func earlier(of other: Moment?) -> Moment { other.map { min(self, $0) } ?? self }
}
