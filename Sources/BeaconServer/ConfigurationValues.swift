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
