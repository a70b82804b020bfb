/// Why a request to the admin server has not come to a good answer.
public enum AdminError: Error, Equatable, CustomStringConvertible {
    case unreachable(AdminAddress, reason: String)
    /// No byte for longer than was promised.
    case silent(seconds: Int)
    /// The connection ended, or failed, in the middle.
    case broken(reason: String)
    /// An answer other than 200; the reason is the server's.
    case refused(status: Int, reason: String)
    /// 200, and then not what a beacon says.
    case notABeacon(reason: String)

    public var description: String {
        switch self {
        case .unreachable(let address, let reason): "cannot reach the admin server at \(address): \(reason)"
        case .silent(let seconds): "the admin server has said nothing for \(seconds) s"
        case .broken(let reason): "the connection to the admin server broke: \(reason)"
        case .refused(let status, let reason): "\(reason) (HTTP \(status))"
        case .notABeacon(let reason): "what answers there is no beacon: \(reason)"
        }
    }

    public var exitStatus: CommandStatus {
        switch self {
        case .unreachable, .silent: .unreachable
        case .broken: .lost
        case .refused(401, _), .refused(403, _): .denied
        case .refused(409, _): .refused
        case .refused: .failed
        case .notABeacon: .notABeacon
        }
    }
}
