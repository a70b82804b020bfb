import BeaconBasics
import Glibc

/// The monotonic clock, read once a batch.
func monotonicNow() -> Moment { Moment(nanoseconds: clockTime(CLOCK_MONOTONIC) ?? 0) }

/// CPU time of the calling thread.
func threadTime() -> Delay? { clockTime(CLOCK_THREAD_CPUTIME_ID).map { Delay(nanoseconds: $0) } }

private func clockTime(_ clock: clockid_t) -> UInt64? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The CPU time of the servers, all their processes and threads.
struct ServerClock {
    private let processes: [ProcessClock]

    init(pids: [pid_t]) throws(LoadError) {
        var processes: [ProcessClock] = []
        for pid in pids { processes.append(try ProcessClock(pid: pid)) }
        self.processes = processes
    }

    /// Nil once one of them is gone, or if the kernel does not say.
    var used: Delay? { sum { $0.used } }
    var waited: Delay? { sum { $0.waited } }

    private func sum(_ time: (ProcessClock) -> Delay?) -> Delay? {
        var sum: UInt64 = 0
        for process in processes {
            guard let time = time(process) else { return nil }
            sum += time.nanoseconds
        }
        return Delay(nanoseconds: sum)
    }
}

/// The CPU time of another process, all its threads.
private struct ProcessClock {
    private let pid: pid_t
    private let clock: clockid_t

    /// Files that are looked into at most: threads of a server.
    private static let threadLimit = 4096

    init(pid: pid_t) throws(LoadError) {
        var clock = clockid_t()
        guard clock_getcpuclockid(pid, &clock) == 0, clockTime(clock) != nil else {
            throw LoadError.noSuchProcess(pid)
        }
        self.pid = pid
        self.clock = clock
    }

    /// User and system time. The kernel's process clock is the sum that utime + stime of /proc/PID/stat give in ticks
    /// of 10 ms. Nil once the process is gone.
    var used: Delay? { clockTime(clock).map { Delay(nanoseconds: $0) } }

    /// How long its threads were ready to run and had no CPU: the second number of /proc/PID/task/TID/schedstat,
    /// summed. Nil if the kernel does not say.
    var waited: Delay? {
        guard let folder = opendir("/proc/\(pid)/task") else { return nil }
        defer { closedir(folder) }
        var sum: UInt64?
        for _ in 0..<Self.threadLimit {
            guard let entry = readdir(folder) else { break }
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let wait = Self.wait("/proc/\(pid)/task/\(name)/schedstat") else { continue }
            sum = (sum ?? 0) + wait
        }
        return sum.map { Delay(nanoseconds: $0) }
    }

    private static func wait(_ path: String) -> UInt64? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(descriptor, &bytes, bytes.count)
        let fields = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) : nil
    }
}
