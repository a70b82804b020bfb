/// What the rounds with the registry have come to.
public struct RegistryStatus: Equatable, Sendable {
    /// How the last round ended.
    public enum State: String, CaseIterable, Sendable {
        /// None has ended yet.
        case never
        /// Announced, and the list was read.
        case ok
        /// The registry said no.
        case refused
        /// No connection, or no answer in time.
        case unreachable
        /// Its certificate is not one to talk to.
        case untrusted
        /// What answered does not speak the registry's protocol.
        case invalid
    }

    /// How the registry is spoken with.
    public enum TLS: String, Sendable {
        /// Plain TCP.
        case off
        /// By the CAs that this host trusts.
        case verified
        /// By the fingerprint that an operator has set.
        case pinned
    }

    /// As configured.
    public var address: String
    public var tls: TLS
    public var state = State.never
    /// As what this beacon was last announced; nil before the first connection.
    public var announcedAs: String?
    public var lastSuccessSeconds: Double?
    /// Rounds since start, by how they ended.
    public var rounds: [State: UInt64] = [:]
    /// Of the last round that failed; nil if none has.
    public var lastError: String?
    /// Addresses of other beacons in the last good list, and its entries that were of no use.
    public var beacons = 0
    public var skipped = 0

    /// SHA-256 of the certificate that the registry showed last, good or not; nil if none has come.
    public var certificate: String?

    public init(address: String, tls: TLS = .off) {
        self.address = address
        self.tls = tls
    }
}
