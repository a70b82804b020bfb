public import BeaconBasics
import Glibc

/// The clocks of the running process. Only shells read them; whoever decides is handed a time.
public enum SystemClock {
    /// CLOCK_MONOTONIC.
    public static func now() -> Moment { Moment(nanoseconds: read(CLOCK_MONOTONIC)) }

    /// Both clocks, for a cluster.
    public static func clusterTime() -> ClusterTime { ClusterTime(now(), unixMilliseconds: unixMilliseconds()) }

    /// Unix time, whole milliseconds.
    public static func unixMilliseconds() -> UInt64 { read(CLOCK_REALTIME) / 1_000_000 }

    /// Unix time, whole seconds.
    public static func unixSeconds() -> Int64 { Int64(read(CLOCK_REALTIME) / 1_000_000_000) }

    /// Unix time in seconds, with its fraction.
    public static func unixTime() -> Double { Double(read(CLOCK_REALTIME)) / 1e9 }

    /// CPU time that the calling thread has used.
    public static func threadCPU() -> Delay { Delay(nanoseconds: read(CLOCK_THREAD_CPUTIME_ID)) }

    /// CPU time that the process has used, all its threads.
    public static func processCPU() -> Delay { Delay(nanoseconds: read(CLOCK_PROCESS_CPUTIME_ID)) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
