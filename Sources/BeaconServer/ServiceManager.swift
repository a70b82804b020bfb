import Glibc

/// Tells systemd how the service is (sd_notify(3)): a datagram of `KEY=value` lines to `NOTIFY_SOCKET`. Without one, or
/// where nobody listens, nothing happens.
struct ServiceManager: Sendable {
    private let path: String?

    init(environment: [String: String]) {
        let path = environment["NOTIFY_SOCKET"]
        self.path = path.flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    }

    /// This process serves; the service's main process is this one, whoever began it.
    func ready() { send("READY=1\nMAINPID=\(getpid())\nSTATUS=serving") }
    func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds())") }
    func stopping() { send("STOPPING=1") }
    /// To be sent at least twice in `WatchdogSec`.
    func alive() { send("WATCHDOG=1") }

    private static func monotonicMicroseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }

    private func send(_ text: String) {
        var name = sockaddr_un()
        guard let path, path.utf8.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { room in
            room.copyBytes(from: path.utf8)
            // An abstract name begins with a zero.
            if path.hasPrefix("@") { room[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // An abstract name is as long as it is; the zeros behind it would count.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count + (path.hasPrefix("/") ? 1 : 0))
        let bytes = Array(text.utf8)
        withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), $0, length)
            }
        }
    }
}
