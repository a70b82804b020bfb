import BeaconBasics

/// A snapshot on its way: the shards of some owners, part by part, over a few lanes side by side. Each lane goes over
/// a range of places, and goes on where it was with another peer if its own fails.
///
/// The parts are of different moments. What they bring together is the log's state at the lowest of their cursors,
/// with some later operations mixed in: so the follower continues from there, and its state is of one moment again
/// once it has passed the highest.
struct Pull {
    struct Owner {
        let beacon: BeaconID
        let session: SessionID
        /// Lowest and highest cursor of the parts so far.
        var first = UInt64.max
        var last: UInt64 = 0
        /// Some part lacked it.
        var isMissing = false
    }

    struct Lane {
        var next: UInt64
        let end: UInt64
        var peer: BeaconID
        var ticket: UInt64 = 0
        var isWaiting = false
        /// When it gives up waiting, or asks (again).
        var dueAt: Moment
        var failures = 0

        var isDone: Bool { next >= end }
    }

    var owners: [Owner] = []
    var lanes: [Lane] = []
    var startedAt = Moment(nanoseconds: 0)
    /// When the next one may begin.
    var at = Moment.never
    /// In a row.
    var failures: UInt64 = 0

    var isRunning: Bool { !lanes.isEmpty }

    var dueAt: Moment {
        guard isRunning else { return at }
        return lanes.lazy.filter { !$0.isDone }.map(\.dueAt).min() ?? .never
    }

    /// When a newcomer asks for everything: shortly after the last member that it has heard of, and no later than a
    /// while after the first.
    struct Joining {
        let until: Moment
        var firstAt: Moment?
        var at = Moment.never

        static let length = Delay.seconds(10)
    }
}
