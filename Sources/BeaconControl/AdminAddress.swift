import BeaconBasics

/// Where the admin server is. Takes what `beacon --admin` takes, so that one BEACON_ADMIN serves both programs: an address
/// that means "all" is reached through loopback.
public struct AdminAddress: Hashable, Sendable, CustomStringConvertible {
    /// A literal address without brackets, or a name.
    public let host: String
    public let port: UInt16

    public static let standard = "127.0.0.1:9090"

    /// `127.0.0.1:9090`, `[::1]:9090`, `beacon.example:9090`, `:9090`; nil for anything else.
    public init?(_ text: String) {
        guard let place = HostPort(text.hasPrefix(":") ? "127.0.0.1\(text)" : text) else { return nil }
        host =
            switch place.host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            default: place.host
            }
        port = place.port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
