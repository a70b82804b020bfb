import Glibc

/// A child process that runs a part of a campaign and writes lines.
struct Worker {
    private(set) var pid: pid_t = 0
    private(set) var output: CInt = -1
    private var buffer: [UInt8] = []
    /// The job under way, or the next.
    var job: Int
    /// Which jobs are its: this one and every `step`th after it.
    let lane: Int

    init(lane: Int) {
        self.lane = lane
        job = lane
    }

    /// Runs this program again with `words`, its output in a pipe.
    mutating func start(_ words: [String]) -> Bool {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return false }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        var arguments: [UnsafeMutablePointer<CChar>?] = (["beacon-sim"] + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let error = posix_spawn(&pid, "/proc/self/exe", &actions, nil, &arguments, environ)
        close(ends[1])
        output = ends[0]
        return error == 0
    }

    /// Whole lines that have come; nil = it has ended.
    mutating func lines() -> [String]? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = read(output, &chunk, chunk.count)
        guard count > 0 else { return nil }
        buffer += chunk.prefix(count)
        guard let end = buffer.lastIndex(of: 10) else { return [] }
        let lines = buffer[..<end].split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
        buffer.removeSubrange(...end)
        return lines
    }

    /// How it ended.
    mutating func reap() -> String {
        close(output)
        output = -1
        buffer = []
        var status: CInt = 0
        waitpid(pid, &status, 0)
        return status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
    }

    func kill() { _ = Glibc.kill(pid, SIGKILL) }
}
