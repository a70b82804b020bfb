import BeaconPrinting
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
        outcome(of: try ChildProcess([path("beacon-load")] + arguments))
    }

    static func outcome(of process: ChildProcess) -> Outcome {
        let status = process.wait()
        return Outcome(status: status, output: process.output(), errors: process.errors())
    }
}

/// A process that a test started; it ends with the value that holds it.
final class ChildProcess {
    let pid: pid_t
    /// What it prints: a file for each stream, or a pipe for the one to be read line by line.
    private let files: [CInt]
    private let pipe: CInt?
    private var isRunning = true

    /// `piped`: the stream that `readLine` reads.
    init(_ words: [String], piped: CInt? = nil) throws {
        var ends: [CInt] = [-1, -1]
        if piped != nil { try #require(Foundation.pipe(&ends) == 0) }
        for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        files = [Self.namelessFile(), Self.namelessFile()]
        pipe = piped == nil ? nil : ends[0]
        var outputs = files
        if let piped { outputs[Int(piped - STDOUT_FILENO)] = ends[1] }
        let pid = Self.spawn(words, outputs)
        if piped != nil { close(ends[1]) }
        self.pid = try #require(pid, "\(words[0])")
    }

    deinit {
        if isRunning {
            kill(pid, SIGTERM)
            _ = wait()
        }
        for file in files { close(file) }
        if let pipe { close(pipe) }
    }

    private static func spawn(_ words: [String], _ outputs: [CInt]) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, outputs[0], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, outputs[1], STDERR_FILENO)
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
        return posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ) == 0 ? pid : nil
    }

    /// Waits for the next line of the piped stream; empty if it has ended.
    func readLine() -> String {
        guard let pipe else { return "" }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 1000, read(pipe, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
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
        process = try ChildProcess([Tool.path("beacon-floor"), "--port", "0", "--mode", mode], piped: STDOUT_FILENO)
        // "listening on HOST:PORT"
        server = String(try #require(process.readLine().split(separator: " ").last))
    }

    var pid: String { String(process.pid) }
}
