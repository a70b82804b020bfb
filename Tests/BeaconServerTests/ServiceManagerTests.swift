import Glibc
import Testing

@testable import BeaconServer

/// Over a real socket: what systemd would read.
@Suite struct ServiceManagerTests {
    @Test func aPathAndAnAbstractName() throws {
        for name in ["/tmp/beacon-notify-\(getpid())", "@beacon-notify-\(getpid())"] {
            let listener = try #require(NotifyListener(name))
            let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name])
            manager.ready()
            #expect(listener.receive() == "READY=1\nMAINPID=\(getpid())\nSTATUS=serving")
            manager.alive()
            #expect(listener.receive() == "WATCHDOG=1")
            manager.reloading()
            #expect(listener.receive()?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
            manager.stopping()
            #expect(listener.receive() == "STOPPING=1")
        }
    }

    @Test func withoutAManagerNothingHappens() {
        ServiceManager(environment: [:]).ready()
        ServiceManager(environment: ["NOTIFY_SOCKET": "nonsense"]).ready()
        ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).ready()
    }
}

private final class NotifyListener {
    private let descriptor: Int32
    private let path: String

    init?(_ path: String) {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { room in
            room.copyBytes(from: path.utf8)
            if path.hasPrefix("@") { room[0] = 0 }
        }
        let length = socklen_t(2 + path.utf8.count + (path.hasPrefix("/") ? 1 : 0))
        let descriptor = descriptor
        let result = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard result == 0 else { return nil }
    }

    deinit {
        close(descriptor)
        if path.hasPrefix("/") { unlink(path) }
    }

    func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
