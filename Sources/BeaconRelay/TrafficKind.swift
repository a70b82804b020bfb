/// What a received datagram claims to be, by its first byte.
public enum ReceivedKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case stun, discover, discoverEx, punch, relay, sync, proof, hello, mesh, other

    /// `allCases.count`, as a constant.
    @inlinable public static var count: Int { Int(other.rawValue) + 1 }

    /// The name in `/stats` and metric labels; stable.
    public var name: String {
        switch self {
        case .stun: "stun"
        case .discover: "discover"
        case .discoverEx: "discover_ex"
        case .punch: "punch"
        case .relay: "relay"
        case .sync: "sync"
        case .proof: "proof"
        case .hello: "hello"
        case .mesh: "mesh"
        case .other: "other"
        }
    }
}

/// What a sent datagram is.
public enum SentKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case discoverReply, punchCommand, deliver, deliverWithDestination, forward, stun, notify, sync, probe, mesh, hello
    /// A mesh frame that a node may have missed because it had just moved.
    case repeated

    /// `allCases.count`, as a constant.
    @inlinable public static var count: Int { Int(repeated.rawValue) + 1 }

    /// The name in `/stats` and metric labels; stable.
    public var name: String {
        switch self {
        case .discoverReply: "discover_reply"
        case .punchCommand: "punch_command"
        case .deliver: "deliver"
        case .deliverWithDestination: "deliver_with_destination"
        case .forward: "forward"
        case .stun: "stun"
        case .notify: "notify"
        case .sync: "sync"
        case .probe: "probe"
        case .mesh: "mesh"
        case .hello: "hello"
        case .repeated: "repeated"
        }
    }
}
