import Glibc
import NIOCore
import NIOPosix

/// Why there is no connection, in words for an operator.
enum ConnectError {
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first { return "\(failure.target): \(reason(failure.error))" }
            return "\(error.host) has no address"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout(let limit):
            return "no connection within \(limit.nanoseconds / 1_000_000_000) s"
        default: return "\(error)"
        }
    }
}
