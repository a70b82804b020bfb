import BeaconBasics
import Glibc

/// Why a load cannot go on, in words for the one who started it.
enum LoadError: Error, CustomStringConvertible {
    /// An ICMP message said that nothing listens there.
    case refused(Address)
    case noReply(Address, to: String, tries: Int, registered: Int)
    case system(call: String, errno: CInt, hint: String = "")
    case noSuchProcess(pid_t)
    case unknownHost(String, reason: String)
    case server(String)
    case interrupted

    /// From what a system call returned: -errno.
    init(_ call: String, _ result: CInt, to server: Address) {
        self = result == -ECONNREFUSED ? .refused(server) : .system(call: "\(call) to \(server)", errno: -result)
    }

    var description: String {
        switch self {
        case .refused(let server): "\(server): connection refused: nothing listens on that UDP port"
        case .noReply(let server, let request, let tries, let registered):
            "no reply from \(server) to \(request) in \(tries) tries (\(registered) were answered before)"
        case .system(let call, let errno, let hint): "\(call): \(String(cString: strerror(errno)))\(hint)"
        case .noSuchProcess(let pid): "no process \(pid) whose CPU time could be read"
        case .unknownHost(let name, let reason): "\(name): \(reason)"
        case .server(let text): text
        case .interrupted: "interrupted"
        }
    }
}
