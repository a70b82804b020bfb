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
        /// What answered does not speak the registry's protocol.
        case invalid
    }

    /// As configured.
    public var address: String
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

    public init(address: String) { self.address = address }
}
