import Glibc

/// A whole file that is known to be small: configuration, token, /proc, cgroup.
struct SmallFile {
    let bytes: [UInt8]
    /// Permission bits and file type, as stat(2) has them.
    let mode: UInt32
    /// The user it belongs to.
    let owner: UInt32

    /// Whom this process reads files as.
    static var user: UInt32 { geteuid() }

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
        return SmallFile(bytes: try readAll(descriptor, limit: limit), mode: status.st_mode, owner: status.st_uid)
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

extension SmallFile {
    /// Puts a file with these bytes in place of the one at `path`, in one step and so that it outlives a power cut
    /// (rename(2), fsync(2)). Permissions stay; the owner too, where this process may give files away.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        // A link keeps pointing to the file that it names.
        guard let resolved = realpath(path, nil) else { throw failure("cannot find") }
        defer { free(resolved) }
        let path = String(cString: resolved)
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("cannot stat") }
        let temporary = "\(path).new"
        // What an earlier attempt may have left behind.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write \(temporary)") }
        do throws(Failure) {
            try fill(descriptor, bytes, like: status)
            guard rename(temporary, path) == 0 else { throw failure("cannot rename") }
        } catch {
            unlink(temporary)
            throw error
        }
        synchronizeDirectory(of: path)
    }

    /// Closes the descriptor, come what may.
    private static func fill(_ descriptor: Int32, _ bytes: [UInt8], like status: stat) throws(Failure) {
        defer { close(descriptor) }
        // Before the mode: a change of owner takes bits away. Not allowed to most, and then the file is ours.
        _ = fchown(descriptor, status.st_uid, status.st_gid)
        guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else { throw failure("cannot chmod") }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write") }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure("cannot fsync") }
    }

    private static func synchronizeDirectory(of path: String) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let directory = open(end == path.startIndex ? "/" : String(path[..<end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }
}
