import BeaconBasics
import CLoad
import Glibc

/// A server that this process started and stops, by its own process id.
struct ServerProcess: ~Copyable {
    let pid: pid_t
    private let command: String
    /// What it printed: an open file without a name.
    private let log: CInt

    /// How long it may take to end after SIGTERM.
    static let patience = Delay.seconds(5)

    /// Starts `words`, the program first, on `cpus`; the calling thread is on `ownCPUs` afterwards. A server that
    /// gives way never takes its CPU away from another process when it wakes up.
    static func start(
        _ words: [String], cpus: [Int], ownCPUs: [Int], givesWay: Bool = false
    ) throws(LoadError) -> ServerProcess {
        let log = try nameless()
        do throws(LoadError) {
            try setAffinity(cpus)
            if givesWay { try setGivesWay(true) }
            let spawned = spawn(words, log)
            try setAffinity(ownCPUs)
            if givesWay { try setGivesWay(false) }
            return ServerProcess(pid: try spawned.get(), command: words.joined(separator: " "), log: log)
        } catch {
            close(log)
            throw error
        }
    }

    private init(pid: pid_t, command: String, log: CInt) {
        self.pid = pid
        self.command = command
        self.log = log
    }

    deinit {
        stop()
        close(log)
    }

    private static func nameless() throws(LoadError) -> CInt {
        var path = Array("/tmp/beacon-load-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .system(call: "mkstemp /tmp/beacon-load-XXXXXX", errno: errno) }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func spawn(_ words: [String], _ log: CInt) -> Result<pid_t, LoadError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        freeSignals(&attributes)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        let error = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        return error == 0 ? .success(pid) : .failure(.system(call: words[0], errno: error))
    }

    /// No signal blocked or ignored, whatever this process was started with: a server with SIGTERM blocked would not
    /// stop.
    private static func freeSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    /// Waits until `server` answers a Discover.
    func waitUntilReady(_ server: Address) throws(LoadError) {
        let deadline = monotonicNow() + .seconds(10)
        while monotonicNow() < deadline {
            if Interrupt.isRequested { throw .interrupted }
            var status: CInt = 0
            if waitpid(pid, &status, WNOHANG) == pid { throw failure("ended at once") }
            if (try? Self.answers(server)) == true { return }
            usleep(20_000)
        }
        throw failure("does not answer at \(server)")
    }

    private static func answers(_ server: Address) throws(LoadError) -> Bool {
        let sockets = try SocketGroup(1, to: server)
        var registration = Registration(sockets: 1)
        // Node 0 is what every starting daemon claims; nobody defends it.
        try registration.run(1, from: 0, at: sockets)
        return true
    }

    private func failure(_ what: String) -> LoadError { .server("`\(command)` \(what)\n\(logTail)") }

    /// The end of what the server printed.
    private var logTail: String {
        let size = lseek(log, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: 2000)
        let count = pread(log, &bytes, bytes.count, max(0, size - off_t(bytes.count)))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// SIGTERM, and SIGKILL when that is not obeyed in time. A process that has ended is waited for and no more.
    private func stop() {
        var status: CInt = 0
        guard waitpid(pid, &status, WNOHANG) == 0 else { return }
        kill(pid, SIGTERM)
        let deadline = monotonicNow() + Self.patience
        while monotonicNow() < deadline {
            if waitpid(pid, &status, WNOHANG) != 0 { return }
            usleep(5000)
        }
        writeError("beacon-load: `\(command)` ignored SIGTERM for 5 s; killed\n")
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
    }
}

/// CPUs that the calling thread may run on.
func usableCPUs() -> [Int] {
    var cpus = [CInt](repeating: 0, count: Int(LOAD_CPU_LIMIT))
    let count = load_get_affinity(&cpus, CInt(LOAD_CPU_LIMIT))
    return cpus.prefix(Int(max(0, count))).map(Int.init)
}

func setAffinity(_ cpus: [Int]) throws(LoadError) {
    let result = load_set_affinity(cpus.map { CInt($0) }, CInt(cpus.count))
    if result < 0 { throw .system(call: "run on CPU \(cpus)", errno: -result) }
}

/// For what the calling thread starts from now on, too.
private func setGivesWay(_ on: Bool) throws(LoadError) {
    let result = load_set_batch_policy(on ? 1 : 0)
    if result < 0 { throw .system(call: "sched_setscheduler", errno: -result) }
}
