import Glibc

/// A directory of one test's own, removed with what is in it at the end of the scope that holds it.
struct TemporaryDirectory: ~Copyable {
    let path: String
    private var files: [String] = []

    init() {
        var template = Array("/tmp/beacon-tests-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp")
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// Writes a file and returns its path.
    mutating func write(_ content: String, to name: String = "file", mode: mode_t = 0o600) -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
        precondition(descriptor >= 0, "open")
        let bytes = Array(content.utf8)
        precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "write")
        // The umask may have taken bits away.
        precondition(fchmod(descriptor, mode) == 0 && close(descriptor) == 0, "close")
        files.append(file)
        return file
    }

    deinit {
        for file in files { unlink(file) }
        rmdir(path)
    }
}
