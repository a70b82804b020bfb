import BeaconBasics
import Glibc

/// The monotonic clock, read once a batch.
func monotonicNow() -> Moment { clockTime(CLOCK_MONOTONIC) ?? Moment(nanoseconds: 0) }

private func clockTime(_ clock: clockid_t) -> Moment? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return Moment(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
}

/// The CPU time of another process: user and system, all its threads, in nanoseconds. The kernel's process clock gives
/// the same sum as utime + stime in /proc/PID/stat, which counts in ticks of 10 ms.
struct ProcessClock {
    let pid: pid_t
    private let clock: clockid_t

    init(pid: pid_t) throws(LoadError) {
        var clock = clockid_t()
        guard clock_getcpuclockid(pid, &clock) == 0, clockTime(clock) != nil else {
            throw LoadError.noSuchProcess(pid)
        }
        self.pid = pid
        self.clock = clock
    }

    /// Nil once the process is gone.
    var used: Delay? { clockTime(clock).map { Delay(nanoseconds: $0.nanoseconds) } }
}
