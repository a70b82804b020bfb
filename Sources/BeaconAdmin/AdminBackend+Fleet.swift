public import BeaconBasics

/// What the admin server may see of the fleet and do to it. As everywhere in `AdminBackend`, answers are published copies,
/// come at once and may be asked for from any thread; no lock that a shard takes per datagram is touched. The commands may
/// wait for the fleet's event loop, but no longer than it takes to notice that it is stuck.
///
/// The defaults are those of a beacon without a fleet.
extension AdminBackend {
    public func fleet() -> FleetStatus? { nil }
    public func members() -> [FleetMember] { [] }
    public func owners() -> [FleetOwner] { [] }
    public func home(of node: NodeID) -> NodeHome? {
        self.node(node).map { _ in NodeHome(.here) }
    }
    public func path(from: NodeID?, to: NodeID) -> PathExplanation {
        PathExplanation(from: from, to: to, seenBy: self)
    }
    public func events(after id: UInt64, limit: Int) -> EventPage { EventPage() }
    public func recentEvents(limit: Int) -> EventPage { EventPage() }
    public func forget(_ beacon: BeaconID) -> ForgetResult { .noFleet }
    public func rotateKeys() -> KeyRotationResult { .noFleet }
    public func reloadKeys() -> KeyReloadResult { .noFleet }
    public func takeSnapshot() -> SnapshotOrder { .off }
}

/// How an operator's `forget` ended. Done twice it is `unknown`, and no harm.
public enum ForgetResult: Equatable, Sendable {
    case forgotten
    case unknown
    /// Only a dead or left member can be forgotten: a live one would be back at once.
    case stillAlive
    /// Tried, with no result: try again.
    case failed(String)
    case noFleet
}

/// How an operator's order for a new fleet key ended.
public enum KeyRotationResult: Equatable, Sendable {
    /// Every live member is being given the new key; `FleetStatus.rotation` and the events tell how far it is.
    case started(keyID: UInt16)
    /// One is under way.
    case busy
    case failed(String)
    case noFleet
}

/// How reading the key file again ended.
public enum KeyReloadResult: Equatable, Sendable {
    /// The ring as it is now; the first key seals.
    case reloaded(keyIDs: [UInt16])
    /// The file says what the ring has already.
    case unchanged
    /// The file cannot be read or makes no sense: the ring stays as it was.
    case failed(String)
    case noFleet
}
