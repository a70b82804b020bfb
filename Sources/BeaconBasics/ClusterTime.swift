/// What the control plane is told of the time: the monotonic clock, which every timer runs by, and the wall clock, which
/// only stamps registrations (hybrid logical clock) and is trusted for nothing else.
public struct ClusterTime: Hashable, BitwiseCopyable, Sendable {
    public var moment: Moment
    /// Milliseconds since 1970 by the wall clock.
    public var unixMilliseconds: UInt64

    @inlinable
    public init(_ moment: Moment, unixMilliseconds: UInt64) {
        self.moment = moment
        self.unixMilliseconds = unixMilliseconds
    }
}
