public import BeaconBasics

/// Source IPs that a limit does not apply to.
public enum Whitelist: Equatable, Sendable {
    case everyone
    /// Hosts, port 0, in the order given.
    case only([Address])

    public static let nobody = Whitelist.only([])

    public func contains(_ source: Address) -> Bool {
        switch self {
        case .everyone: true
        case .only(let hosts): hosts.contains { $0.isSameHost(source) }
        }
    }
}

/// A text that must not reach a log, an error message or an admin page by accident.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself.
    public let revealed: String

    public init(_ text: String) { revealed = text }

    public var description: String { "***" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A host, by literal address or by name, with a port or without.
public struct AdvertisedHost: Equatable, Sendable, CustomStringConvertible {
    /// Port 1 stands in where none was given.
    private let value: HostPort
    public let port: UInt16?

    /// `203.0.113.5`, `203.0.113.5:9011`, `2001:db8::5`, `[2001:db8::5]`, `[2001:db8::5]:9011`, `beacon.example:9011`.
    public init?(_ text: String) {
        if let value = HostPort(text) {
            (self.value, port) = (value, value.port)
        } else if let value = HostPort("\(text):1") ?? HostPort("[\(text)]:1") {
            (self.value, port) = (value, nil)
        } else {
            return nil
        }
    }

    public var host: String { value.host }

    /// To be resolved, with `port` where none was given.
    public func with(defaultPort: UInt16) -> HostPort? {
        HostPort(host.contains(":") ? "[\(host)]:\(port ?? defaultPort)" : "\(host):\(port ?? defaultPort)")
    }

    public var description: String {
        if port != nil { return value.description }
        return host.contains(":") ? "[\(host)]" : host
    }
}
