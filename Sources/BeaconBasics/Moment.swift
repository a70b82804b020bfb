/// A point on the monotonic clock, in nanoseconds since an arbitrary start.
///
/// Logic never reads a clock: it is handed a `Moment`. Eight bytes, so that it fits into packed tables; wraps after
/// 584 years.
public struct Moment: Hashable, Comparable, BitwiseCopyable, Sendable {
    public var nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static func < (a: Moment, b: Moment) -> Bool { a.nanoseconds < b.nanoseconds }

    @inlinable
    public static func + (a: Moment, b: Delay) -> Moment { Moment(nanoseconds: a.nanoseconds &+ b.nanoseconds) }

    /// The time from `earlier` to here; zero if `earlier` is in fact later.
    @inlinable
    public func since(_ earlier: Moment) -> Delay {
        Delay(nanoseconds: nanoseconds > earlier.nanoseconds ? nanoseconds &- earlier.nanoseconds : 0)
    }

    /// Whole milliseconds since the clock's start, for 32-bit table fields; wraps after 49 days.
    @inlinable
    public var milliseconds32: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000_000) }

    /// Whole seconds since the clock's start, for 32-bit table fields.
    @inlinable
    public var seconds32: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000) }
}

/// A length of time in nanoseconds; never negative.
public struct Delay: Hashable, Comparable, BitwiseCopyable, Sendable {
    public var nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static func milliseconds(_ n: UInt64) -> Delay { Delay(nanoseconds: n * 1_000_000) }

    @inlinable
    public static func seconds(_ n: UInt64) -> Delay { Delay(nanoseconds: n * 1_000_000_000) }

    @inlinable
    public static func < (a: Delay, b: Delay) -> Bool { a.nanoseconds < b.nanoseconds }

    @inlinable
    public var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
