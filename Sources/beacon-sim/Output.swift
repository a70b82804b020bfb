import Glibc

/// One line to a descriptor, at once and whole: several processes write to one terminal.
func say(_ line: String, to descriptor: CInt = STDERR_FILENO) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written > 0 || errno == EINTR else { return }
        bytes = bytes.dropFirst(max(0, written))
    }
}
