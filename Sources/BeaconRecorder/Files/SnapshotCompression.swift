import CZlib
import Glibc

/// gzip (RFC 1952) of whole files, a piece at a time.
enum SnapshotCompression {
    private static let pieceBytes = 256 << 10
    /// What a compressed file may grow to: a million nodes are 80 MB, and disks are not for bombs.
    static let unpackedLimit: Int64 = 8 << 30

    /// A file that can be read as it is.
    struct Opened {
        var path: String
        fileprivate var isTemporary: Bool

        /// Whoever has it open keeps it.
        func discard() { if isTemporary { unlink(path) } }
    }

    /// The file itself, or what is in it if it is compressed, in a temporary file of nobody else's. A snapshot that has been
    /// compressed since is found under its earlier name.
    static func opened(_ path: String) throws(SnapshotError) -> Opened {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
        var source = open(path, flags)
        if source < 0, errno == ENOENT, path.hasSuffix(SnapshotName.suffix) {
            source = open(path + ".gz", flags)
            if source < 0 { errno = ENOENT }
        }
        guard source >= 0 else { throw SnapshotError(errno: "cannot open \(path)") }
        var head: [UInt8] = [0, 0]
        let count = pread(source, &head, 2, 0)
        guard count >= 0 else {
            defer { close(source) }
            throw SnapshotError(errno: "cannot read \(path)")
        }
        guard count == 2, head == [0x1F, 0x8B] else {
            close(source)
            return Opened(path: path, isTemporary: false)
        }
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(directory)/beacon-snapshot-XXXXXX".utf8CString)
        let target = mkstemp(&template)
        guard target >= 0 else {
            defer { close(source) }
            throw SnapshotError(errno: "cannot make a file in \(directory)")
        }
        _ = fcntl(target, F_SETFD, FD_CLOEXEC)
        let copy = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        do throws(SnapshotError) {
            defer { close(target) }
            try unpack(source, into: target, path)
        } catch {
            unlink(copy)
            throw error
        }
        return Opened(path: copy, isTemporary: true)
    }

    /// Closes `source`.
    private static func unpack(_ source: Int32, into target: Int32, _ path: String) throws(SnapshotError) {
        guard let file = gzdopen(source, "rb") else {
            close(source)
            throw SnapshotError("\(path): no memory to unpack it")
        }
        defer { gzclose_r(file) }
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        var total: Int64 = 0
        while true {
            let count = gzread(file, &piece, UInt32(piece.count))
            guard count >= 0 else { throw SnapshotError("\(path) is damaged: it cannot be unpacked") }
            if count == 0 { break }
            total += Int64(count)
            guard total <= unpackedLimit else {
                throw SnapshotError("\(path) unpacks to more than \(unpackedLimit) bytes")
            }
            try writeAll(piece[..<Int(count)], to: target)
        }
        // A stream that ends too early reads like one that ends.
        var code: Int32 = 0
        _ = gzerror(file, &code)
        guard code == Z_OK || code == Z_STREAM_END else { throw SnapshotError("\(path) is cut short") }
    }

    private static func writeAll(_ bytes: ArraySlice<UInt8>, to target: Int32) throws(SnapshotError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(target, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SnapshotError(errno: "cannot write") }
            written += count
        }
    }

    /// Compresses `source` into a new file, synced to the disk. What fails leaves no file behind.
    static func compress(_ source: String, to target: String) throws(SnapshotError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw SnapshotError(errno: "cannot open \(source)") }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { throw SnapshotError(errno: "cannot write \(target)") }
        defer { close(output) }
        do throws(SnapshotError) {
            try pack(input, into: output)
            guard fsync(output) == 0 else { throw SnapshotError(errno: "cannot fsync \(target)") }
        } catch {
            unlink(target)
            throw error
        }
    }

    private static func pack(_ input: Int32, into output: Int32) throws(SnapshotError) {
        // A descriptor of its own: gzclose closes it, and the file must be synced behind that.
        let copy = fcntl(output, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw SnapshotError(errno: "cannot duplicate a descriptor") }
        guard let file = gzdopen(copy, "wb6") else {
            close(copy)
            throw SnapshotError("no memory to compress")
        }
        var failure: SnapshotError?
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while failure == nil {
            let count = read(input, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { failure = SnapshotError(errno: "cannot read") }
            if count <= 0 { break }
            if gzwrite(file, piece, UInt32(count)) != Int32(count) { failure = SnapshotError(errno: "cannot write") }
        }
        if gzclose_w(file) != Z_OK, failure == nil { failure = SnapshotError(errno: "cannot write") }
        if let failure { throw failure }
    }
}
