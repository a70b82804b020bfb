import BeaconBasics
import CLinux

/// How many CPUs this process may keep busy: fewer than the machine has when it is pinned or in a container.
public enum CPUBudget {
    /// More shards than this are started only when asked for: the kernel's UDP path stops scaling long before.
    public static let mostDefaultShards = 16

    /// CPUs in the affinity mask, or the cgroup's quota rounded up if that is less; at least 1.
    public static func usableCPUs() -> Int {
        usableCPUs(affinity: Int(linux_usable_cpus())) { path in
            (try? SmallFile.read(path, limit: 64 << 10)).map { String(decoding: $0.bytes, as: UTF8.self) }
        }
    }

    /// Data-plane shards when `--shards` is 0.
    public static func defaultShards(usableCPUs: Int) -> Int { min(usableCPUs, mostDefaultShards) }

    /// - Parameter read: the content of a file, nil if there is none.
    static func usableCPUs(affinity: Int, read: (String) -> String?) -> Int {
        let groups = (read("/proc/self/cgroup") ?? "").split(separator: "\n").compactMap { Group(line: $0) }
        let quotas = groups.flatMap { group in group.directories.compactMap { group.quota(in: $0, read) } }
        return max(1, min(affinity, quotas.min() ?? affinity))
    }
}

/// A control group that this process is in: one line of /proc/self/cgroup, `hierarchy:controllers:path` (cgroups(7)).
private struct Group {
    private let path: String
    /// Version 1: controllers as the mount is named, e.g. `cpu,cpuacct`; nil for version 2.
    private let controllers: String?

    /// nil for a hierarchy that limits no CPU.
    init?(line: Substring) {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return nil }
        path = String(fields[2])
        controllers = fields[1].isEmpty ? nil : String(fields[1])
        if controllers != nil, !fields[1].split(separator: ",").contains("cpu") { return nil }
    }

    /// The group's directory and its ancestors', for every place the hierarchy is mounted by convention. A limit on any
    /// of them holds. In a container the path may be the host's and lead nowhere here: the root then has the limit.
    var directories: [String] {
        let roots =
            controllers.map { ["/sys/fs/cgroup/\($0)", "/sys/fs/cgroup/cpu"] } ?? [
                "/sys/fs/cgroup", "/sys/fs/cgroup/unified",
            ]
        let names = path.split(separator: "/")
        let ancestors = names.contains("..") ? 0...0 : 0...names.count
        return roots.flatMap { root in
            ancestors.map { ([root] + names.prefix($0).map(String.init)).joined(separator: "/") }
        }
    }

    /// CPUs that the directory's quota allows, rounded up; nil without one.
    func quota(in directory: String, _ read: (String) -> String?) -> Int? {
        if controllers == nil {
            // "max 100000" or "150000 100000": microseconds of CPU in a period of microseconds.
            let fields = (read("\(directory)/cpu.max") ?? "").split(whereSeparator: \.isWhitespace)
            return fields.count == 2 ? Self.cpus(quota: fields[0], period: fields[1]) : nil
        }
        guard let quota = read("\(directory)/cpu.cfs_quota_us"), let period = read("\(directory)/cpu.cfs_period_us")
        else {
            return nil
        }
        return Self.cpus(quota: trimmed(quota[...], \.isWhitespace), period: trimmed(period[...], \.isWhitespace))
    }

    /// "max" and -1 are no quota, and so is whatever is not a positive number.
    private static func cpus(quota: some StringProtocol, period: some StringProtocol) -> Int? {
        guard let quota = Int(digits: quota), let period = Int(digits: period), quota > 0, period > 0 else {
            return nil
        }
        return (quota - 1) / period + 1
    }
}
