import Glibc

/// The UNIX socket that a successor connects to.
enum HandoverPath {
    /// Listens at `path`, for our own user alone. A file that nobody listens at is replaced, and so is the predecessor's if
    /// we have just taken over from it.
    static func listen(_ path: String, replacing: Bool) throws(HandoverError) -> Int32 {
        if !replacing, let open = connected(path) {
            close(open)
            throw HandoverError(
                description: "another process listens at \(path): take over from it, or name another path")
        }
        let descriptor = try make(path)
        // Bound beside it and renamed over it: there is never a moment without a socket at the path.
        let fresh = "\(path).\(getpid())"
        unlink(fresh)
        let mask = umask(0o177)
        let isBound = withName(fresh) { bind(descriptor, $0, $1) } == 0
        umask(mask)
        guard isBound, Glibc.listen(descriptor, 4) == 0, rename(fresh, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(fresh)
            close(descriptor)
            throw HandoverError(description: "cannot listen at \(path): \(reason)")
        }
        return descriptor
    }

    static func connect(_ path: String) throws(HandoverError) -> HandoverConnection {
        let probe = try make(path)
        close(probe)
        guard let descriptor = connected(path) else {
            throw HandoverError(description: "nobody to take over from at \(path): \(String(cString: strerror(errno)))")
        }
        return HandoverConnection(descriptor)
    }

    private static func make(_ path: String) throws(HandoverError) -> Int32 {
        // Room for the process id that a fresh socket carries, and the final zero.
        guard path.utf8.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 12 else {
            throw HandoverError(description: "\(path) is too long for a UNIX socket: 96 bytes at most")
        }
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw HandoverError(description: "socket: \(String(cString: strerror(errno)))") }
        return descriptor
    }

    private static func connected(_ path: String) -> Int32? {
        guard let descriptor = try? make(path) else { return nil }
        guard withName(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            errno = code
            return nil
        }
        return descriptor
    }

    private static func withName<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
