public import BeaconBasics

/// A clock that moves when the test says so.
public struct ManualClock: Sendable {
    public private(set) var now: Moment

    public init(at seconds: UInt64 = 1_000) { now = Moment(nanoseconds: seconds * 1_000_000_000) }

    /// Moves on and returns the new time.
    @discardableResult
    public mutating func advance(_ delay: Delay) -> Moment {
        now = now + delay
        return now
    }
}
