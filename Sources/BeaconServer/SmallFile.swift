import Glibc

/// A whole file that is known to be small: configuration, token, /proc, cgroup.
struct SmallFile {
    let bytes: [UInt8]
    /// Permission bits and file type, as stat(2) has them.
    let mode: UInt32

    var isReadableByOthers: Bool { mode & S_IROTH != 0 }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads at most `limit` bytes; a longer file is an error. Regular files only: opening a pipe could wait for ever.
    static func read(_ path: String, limit: Int) throws(Failure) -> SmallFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("cannot open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot stat") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(description: "is not a regular file") }
        return SmallFile(bytes: try readAll(descriptor, limit: limit), mode: status.st_mode)
    }

    private static func readAll(_ descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        // The size in stat says nothing for /proc: read one byte more than allowed to see an overrun.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var used = 0
        while used < bytes.count {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + used, $0.count - used) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read") }
            if count == 0 { break }
            used += count
        }
        guard used <= limit else { throw Failure(description: "is longer than \(limit) bytes") }
        return Array(bytes[..<used])
    }

    private static func failure(_ action: String) -> Failure {
        let code = errno
        return Failure(description: "\(action): \(String(cString: strerror(code)))")
    }
}
