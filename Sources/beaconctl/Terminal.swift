import BeaconControl
import Glibc

/// The terminal around the program.
enum Terminal {
    static var style: TextStyle { TextStyle(isTerminal: isatty(STDOUT_FILENO) == 1, environment: environment) }

    /// As wide as it is now; 80 where that is not known.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// A variable of the environment; an empty one counts as none.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

/// Unbuffered: a line is there when it is said. False once nobody reads any more.
@discardableResult
func writeOutput(_ bytes: some Collection<UInt8>) -> Bool { write(Array(bytes), to: STDOUT_FILENO) }

func writeError(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

@discardableResult
private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}
