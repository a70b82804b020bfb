import Testing

@testable import BeaconServer

@Suite struct CPUBudgetTests {
    struct Machine: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var affinity = 8
        let files: [String: String]
        let usable: Int
    }

    static let machines: [Machine] = [
        Machine(testDescription: "no cgroups", files: [:], usable: 8),
        Machine(
            testDescription: "version 2 without a limit",
            files: ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"], usable: 8),
        Machine(
            testDescription: "one and a half CPUs are rounded up",
            files: ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"], usable: 2),
        Machine(
            testDescription: "a tenth of a CPU is one",
            files: ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "10000 100000\n"], usable: 1),
        Machine(
            testDescription: "the tightest of nested limits holds",
            files: [
                "/proc/self/cgroup": "0::/system.slice/beacon.service\n",
                "/sys/fs/cgroup/system.slice/cpu.max": "300000 100000\n",
                "/sys/fs/cgroup/system.slice/beacon.service/cpu.max": "max 100000\n",
            ], usable: 3),
        Machine(
            testDescription: "affinity is tighter", affinity: 2,
            files: ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "400000 100000\n"], usable: 2),
        Machine(
            testDescription: "a container that sees the host's path",
            files: ["/proc/self/cgroup": "0::/docker/abc\n", "/sys/fs/cgroup/cpu.max": "200000 100000\n"], usable: 2),
        Machine(
            testDescription: "a path above the namespace's root",
            files: [
                "/proc/self/cgroup": "0::/../../x\n", "/sys/fs/cgroup/cpu.max": "200000 100000\n",
                "/sys/fs/cgroup/../../x/cpu.max": "100000 100000\n",
            ], usable: 2),
        Machine(
            testDescription: "a path with a colon",
            files: ["/proc/self/cgroup": "0::/a:b\n", "/sys/fs/cgroup/a:b/cpu.max": "100000 100000\n"], usable: 1),
        Machine(
            testDescription: "version 1",
            files: [
                "/proc/self/cgroup": "12:pids:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "250000\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
            ], usable: 3),
        Machine(
            testDescription: "version 1, no quota, other mount",
            files: [
                "/proc/self/cgroup": "4:cpu,cpuacct:/\n", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ], usable: 8),
        Machine(
            testDescription: "cpuset is not cpu",
            files: [
                "/proc/self/cgroup": "4:cpuset:/x\n", "/sys/fs/cgroup/cpuset/x/cpu.cfs_quota_us": "100000",
                "/sys/fs/cgroup/cpuset/x/cpu.cfs_period_us": "100000",
            ], usable: 8),
        Machine(
            testDescription: "hybrid: the quota of version 1 counts",
            files: [
                "/proc/self/cgroup": "2:cpu:/x\n0::/x\n", "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "50000",
                "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "25000",
            ], usable: 2),
        Machine(
            testDescription: "nonsense is no limit",
            files: ["/proc/self/cgroup": "0::/\n::\nx\n", "/sys/fs/cgroup/cpu.max": "0 0\n"], usable: 8),
        Machine(
            testDescription: "huge numbers",
            files: ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "9223372036854775807 1\n"], usable: 8),
    ]

    @Test(arguments: machines)
    func usableCPUs(_ machine: Machine) {
        #expect(CPUBudget.usableCPUs(affinity: machine.affinity) { machine.files[$0] } == machine.usable)
    }

    @Test func thisMachineHasOne() {
        #expect(CPUBudget.usableCPUs() >= 1)
    }

    @Test(arguments: [(1, 1), (16, 16), (17, 16), (256, 16)])
    func shardsPerCPU(_ cpus: Int, _ shards: Int) {
        #expect(Configuration().shardCount(usableCPUs: cpus) == shards)
    }

    @Test func shardsAsConfigured() {
        var configuration = Configuration()
        configuration.shards = 33
        #expect(configuration.shardCount(usableCPUs: 2) == 33)
    }
}
