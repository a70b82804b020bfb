import BeaconBasics
import Glibc

/// The clocks of the running process, for the loop.
enum FleetClock {
    static func now() -> ClusterTime {
        ClusterTime(monotonic(), unixMilliseconds: read(CLOCK_REALTIME) / 1_000_000)
    }

    static func monotonic() -> Moment { Moment(nanoseconds: read(CLOCK_MONOTONIC)) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
