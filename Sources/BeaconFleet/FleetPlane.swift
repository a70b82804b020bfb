public import BeaconBasics
public import BeaconCluster
public import BeaconCrypto
public import BeaconWire

/// What the fleet asks of the data plane. Called on the fleet's event loop; nothing may wait for the network. Whenever
/// there is something to take, the data plane calls `FleetService.wake`.
public protocol FleetPlane: Sendable {
    /// All that waits.
    func takeInputs() -> [FleetInput]
    /// Up to `limit` changes of what is registered here, oldest first.
    func takeChanges(limit: Int) -> FleetChanges
    /// Registered nodes in table order, a page at a time; next is nil at the end.
    func nodes(from position: Int, limit: Int) -> (nodes: [NodeID], next: Int?)
    func isRegistered(_ node: NodeID) -> Bool

    /// The keys of mesh frames and hellos; the first seals.
    func setMeshKeys(_ keys: [MeshKey])
    /// The data address that others know us by: mesh frames leave from it.
    func setDataAddress(_ data: Address)
    /// Data addresses of beacons of our own fleet: they get no legacy sync.
    func setMembers(_ data: [Address])
    /// Sends a hello, sealed: an ask by the first key, an answer by the key it names. `via` is what the ask came with.
    func send(_ hello: Hello, to peer: Address, via: UInt16)
    /// Asks a node of ours for proof of life; answered by `FleetInput.probed`.
    func probe(_ id: ProbeID, _ node: NodeID, claimant: Address)
    func claimDecided(_ node: NodeID, claimant: Address, _ outcome: ClaimOutcome)
    /// The node has registered at another beacon since. False if it has come back: then its registration is on its way.
    func withdraw(_ node: NodeID) -> Bool
    /// The node has registered at the beacon with this data address: its frames may go there from now on.
    func moved(_ node: NodeID, to data: Address)
    /// The fleet has another member, or one less, or one drains.
    func fleetChanged()
    /// Sends 04 to whoever asked for it as `requester`, naming its peer.
    func punch(_ requester: NodeID, to address: Address, peer: Address)
    /// Sends 04 to our node wherever it is registered; returns that address. nil if it is not ours, or if a grant is
    /// needed here and this is none.
    func punchTarget(_ node: NodeID, by punch: Punch) -> Address?
}

/// What the data plane asks or tells the fleet.
public enum FleetInput: Sendable {
    /// Somebody here claims a node that the directory has at another beacon.
    case claim(NodeID, by: Address)
    case probed(ProbeID, ProbeResult)
    /// 03 for a node of another beacon.
    case punch(Punch, target: NodeID)
    /// A hello whose MAC is by one of our keys; the address of ours that it came to, if that is known, and its number.
    case hello(Hello, from: Address, to: Address?, via: UInt16)
}

public struct FleetChanges: Sendable {
    public struct Change: Equatable, Sendable {
        public var node: NodeID
        /// Or gone.
        public var isRegistered: Bool

        public init(_ node: NodeID, isRegistered: Bool) {
            self.node = node
            self.isRegistered = isRegistered
        }
    }

    public var changes: [Change] = []
    public var hasMore = false
    /// Changes were lost: the whole table is to be looked through.
    public var mustRescan = false

    public init() {}
}
