public import BeaconBasics

/// An address that the admin server listens on, and what it serves there.
public struct AdminListener: Sendable {
    public enum Kind: Sendable {
        /// Everything, under the access rules.
        case admin
        /// `/healthz` alone, to anybody (protocol.md §8, `-health`).
        case health
    }

    /// Port 0 lets the kernel choose. `::` also takes IPv4.
    public var address: Address
    public var kind: Kind

    /// A socket that another process bound to the address and handed over; nil: bind one.
    public var descriptor: Int32?

    public init(_ address: Address, _ kind: Kind = .admin, descriptor: Int32? = nil) {
        self.address = address
        self.kind = kind
        self.descriptor = descriptor
    }
}

/// Why the admin server does not start.
public enum AdminError: Error, Equatable, CustomStringConvertible {
    /// Whoever reaches the address could change settings and read every node's endpoint.
    case tokenRequired(Address)
    /// The address is taken, not this machine's, or forbidden.
    case cannotListen(Address, reason: String)

    public var description: String {
        switch self {
        case .tokenRequired(let address):
            "the admin address \(address) is not loopback: give a token with --admin-token-file"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        }
    }
}
