import Foundation
import Testing

/// A program of this package, run as its users run it.
struct Tool {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String

        /// The result as JSON.
        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(errors)")
        }

        /// The numbers of one object of the result.
        func counts(_ name: String) throws -> [String: Int] {
            try #require(try json()[name] as? [String: Int], "\(output)\(errors)")
        }
    }

    /// Where the build put the programs: beside the test runner.
    private static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Runs `beacon-load` to its end.
    static func load(_ arguments: [String]) throws -> Outcome {
        let process = try ChildProcess([path("beacon-load")] + arguments)
        let status = process.wait()
        return Outcome(status: status, output: process.output(), errors: process.errors())
    }
}

/// A process that a test started; it ends with the value that holds it.
final class ChildProcess {
    let pid: pid_t
    private let files: [CInt]
    private var isRunning = true

    init(_ words: [String]) throws {
        files = [Self.namelessFile(), Self.namelessFile()]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, files[0], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, files[1], STDERR_FILENO)
        // Test threads block signals; a child that inherited that could not be told to end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        try #require(posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ) == 0, "\(words[0])")
        self.pid = pid
    }

    deinit {
        if isRunning {
            kill(pid, SIGTERM)
            _ = wait()
        }
        for file in files { close(file) }
    }

    /// The exit code; 128 and the signal's number if a signal ended it.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isRunning = false
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    func output() -> String { Self.text(files[0]) }
    func errors() -> String { Self.text(files[1]) }

    private static func namelessFile() -> CInt {
        var path = Array("/tmp/beacon-load-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        precondition(descriptor >= 0, "/tmp can be written")
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func text(_ descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

/// A running `beacon-floor`; ends with the value that holds it.
final class Floor {
    private let process: ChildProcess
    let server: String

    init(mode: String = "plain") throws {
        process = try ChildProcess([Tool.path("beacon-floor"), "--port", "0", "--mode", mode])
        // It says "listening on HOST:PORT" as soon as it does, or nothing and ends.
        var line = ""
        for _ in 0..<100_000 where !line.hasSuffix("\n") {
            sched_yield()
            line = process.output()
        }
        server = String(try #require(line.split(whereSeparator: \.isWhitespace).last))
    }

    var pid: String { String(process.pid) }
}
