import BeaconBasics
import Glibc

/// A running `curl -N`, read line by line. Gives up after 20 seconds.
final class Curl {
    static let isInstalled = access("/usr/bin/curl", X_OK) == 0

    private let pipe: UnsafeMutablePointer<FILE>

    init?(_ address: Address, _ path: String, _ arguments: String = "") {
        let command = "exec /usr/bin/curl -sS -N --max-time 20 \(arguments) 'http://\(address)\(path)' 2>&1"
        guard let pipe = popen(command, "r") else { return nil }
        self.pipe = pipe
    }

    /// curl ends with the server, or in time.
    deinit { pclose(pipe) }

    /// The next line without its end; nil at the end of the output.
    func line() -> String? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard fgets(&buffer, Int32(buffer.count), pipe) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }
}
