import BeaconAdmin
import BeaconBasics
import BeaconClock
import Glibc

/// What the kernel says about this process.
enum ProcessFacts {
    static func status() -> ProcessStatus {
        ProcessStatus(
            cpuSeconds: SystemClock.processCPU().inSeconds, residentBytes: residentBytes(), openFiles: openFiles())
    }

    /// The second number of /proc/self/statm, in pages (proc(5)).
    private static func residentBytes() -> UInt64 {
        guard let file = try? SmallFile.read("/proc/self/statm", limit: 4_096) else { return 0 }
        let fields = String(decoding: file.bytes, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (UInt64(fields[1]) ?? 0) * UInt64(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static func openFiles() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Not ".", "..", and the descriptor that reads the directory.
        return max(0, count - 3)
    }
}
