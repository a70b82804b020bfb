public import BeaconBasics
import BeaconClock
public import BeaconCrypto
public import BeaconRelay
public import BeaconWire

/// What the fleet's shell does with a data plane. All of it may be called from any thread, and none of it blocks for
/// longer than a short lock. Without `DataPlaneSettings.fleet` nothing is ever drained, and the rest does nothing.
///
/// The loop, whenever `FleetSettings.wake` was called: `drainFleetRequests`, then `drainRegistryChanges` until it has no
/// more.
extension DataPlane {
    /// Everything that waits: claims, results of probes, punches, hellos. At most 4,096 of each, 256 hellos; what found no
    /// room is counted in `fleetCounters`.
    public func drainFleetRequests() -> [FleetRequest] { fleet?.drainRequests() ?? [] }

    /// Up to `limit` changes of what is registered here, oldest first. See `RegistryChanges.mustRescan`: then `nodes`
    /// are to be walked.
    public func drainRegistryChanges(limit: Int) -> RegistryChanges {
        fleet?.drainChanges(limit: limit) ?? RegistryChanges()
    }

    /// Ids of up to `limit` nodes registered here, from `position` (0 at first) on, and where to go on (nil at the end).
    /// Without node 0, which every beacon keeps for itself.
    public func registeredNodes(from position: Int, limit: Int) -> (ids: [NodeID], next: Int?) {
        let (ids, next) = registry.nodeIDs(from: position, limit: limit)
        return (ids.filter { $0 != .unassigned }, next)
    }

    /// Whether the node is registered here, however long ago it was heard of.
    public func isRegistered(_ node: NodeID) -> Bool { registry.isRegistered(node) }

    /// Answers a `FleetRequest.claim`, by the claimant it named. Within 3 s, or it is forgotten.
    public func decide(_ node: NodeID, claimant: Address, _ outcome: ClaimOutcome) {
        registry.decide(node, claimant: claimant, outcome, at: SystemClock.now())
    }

    /// A later registration of the node is at another beacon: the entry here goes, so that frames follow it at once.
    /// False if it is not here, or has come back: then its registration waits in `drainRegistryChanges`.
    @discardableResult
    public func withdraw(_ node: NodeID) -> Bool { registry.withdraw(node) }

    /// The node has registered at the beacon with this data address: its frames go there, before that beacon's log says so.
    /// False if it is not here, or has come back, or if no moves are expected.
    @discardableResult
    public func moved(_ node: NodeID, to data: Address) -> Bool {
        registry.moved(node, to: data, at: SystemClock.now())
    }

    /// The fleet has another member, or one less, or one drains: nodes are expected to move for three minutes.
    public func fleetChanged() { registry.fleetChanged(at: SystemClock.now()) }

    /// Asks a node of ours, on behalf of another beacon, whether it lives where it is registered. Answered by
    /// `FleetRequest.probed` with the token: at once, or after 500 ms at the latest.
    public func probe(_ node: NodeID, claimant: Address, token: ProbeToken) {
        registry.probe(node, claimant: claimant, token: token, at: SystemClock.now())
    }

    /// Sends a PunchCommand (04) that names `peer` to a node of ours, wherever it is registered; its address, or nil if
    /// it is not ours. Where this beacon requires grants, nil without the target's own for this requester.
    public func command(
        _ target: NodeID, naming peer: Address, requester: NodeID? = nil, grant: PunchGrant? = nil
    ) -> Address? {
        let endpoint = registry.punchTarget(target, requester: requester, grant: grant, unixSeconds: clock.unixSeconds)
        guard let endpoint else { return nil }
        _ = sender.command(endpoint, naming: peer, through: mainSocket)
        return endpoint.address
    }

    /// Sends a PunchCommand that names `peer` to whoever asked for it as `requester` from `address`. Whether the kernel
    /// took it.
    @discardableResult
    public func command(_ requester: NodeID, at address: Address, naming peer: Address) -> Bool {
        sender.command(registry.endpoint(of: requester, at: address), naming: peer, through: mainSocket)
    }

    /// Sends a hello, sealed: an ask by the ring's first key, an answer by the key of its `keyID`, which the asker has.
    /// An answer goes to the endpoint that `FleetRequest.hello` named. Whether the kernel took it.
    @discardableResult
    public func sendHello(_ hello: Hello, to endpoint: Endpoint) -> Bool {
        let keys = fleet?.keys.current ?? []
        let echoed = hello.kind == .answer ? keys.first { $0.id == hello.keyID } : nil
        guard let key = echoed ?? keys.first else { return false }
        var hello = hello
        hello.keyID = key.id
        return sender.hello(hello, key, to: endpoint, through: mainSocket)
    }

    /// `sendHello` to a peer's data address.
    @discardableResult
    public func sendHello(_ hello: Hello, to address: Address) -> Bool {
        sendHello(hello, to: Endpoint(address: address))
    }

    /// Replaces the ring that mesh frames and hellos are sealed and opened with; every shard takes it up with its next
    /// batch.
    public func setMeshKeys(_ keys: [MeshKey]) { fleet?.keys.replace(keys) }

    /// What `FleetSettings.dataAddress` could not say at the start. A listener of a wildcard address with several
    /// interfaces must know, or members take its mesh frames for a stranger's.
    public func setDataAddress(_ data: Address) { fleet?.leave(from: data, listen: listen, locals: locals) }

    public var fleetCounters: FleetLinkCounters { fleet?.counters ?? FleetLinkCounters() }
}
