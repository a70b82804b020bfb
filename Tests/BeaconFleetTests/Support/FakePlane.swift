import BeaconBasics
import BeaconCluster
import BeaconCrypto
import BeaconFleet
import BeaconWire

/// A data plane of the test's own: what it has to tell is put in, what it was told is kept.
final class FakePlane: FleetPlane {
    struct Decision: Equatable {
        var node: NodeID
        var claimant: Address
        var outcome: ClaimOutcome
    }

    struct State {
        var inputs: [FleetInput] = []
        var changes: [FleetChanges.Change] = []
        var mustRescan = false
        /// What is registered, in the table's order.
        var nodes: [NodeID] = [] {
            didSet { registered = Set(nodes) }
        }
        private(set) var registered: Set<NodeID> = []
        var pagesRead = 0
        var meshKeys: [MeshKey] = []
        var dataAddress: Address?
        /// Each list of members that it was told.
        var members: [[Address]] = []
        var hellos: [(hello: Hello, peer: Address)] = []
        var decisions: [Decision] = []
        var probes: [NodeID] = []
        var withdrawn: [NodeID] = []
        var moved: [NodeID] = []
        var fleetChanges = 0
    }

    private let state = Guarded(State())
    /// Where hellos go; nil: they are lost.
    private let deliver: (@Sendable (Hello, Address) -> Void)?

    init(deliver: (@Sendable (Hello, Address) -> Void)? = nil) { self.deliver = deliver }

    func edit<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

    /// Registers nodes and says so, or does not.
    func register(_ ids: some Sequence<UInt32>, silently: Bool = false) {
        let nodes = ids.map { NodeID($0) }
        edit { state in
            state.nodes += nodes
            if !silently { state.changes += nodes.map { .init($0, isRegistered: true) } }
        }
    }

    func remove(_ ids: some Sequence<UInt32>, silently: Bool = false) {
        let nodes = ids.map { NodeID($0) }
        edit { state in
            let gone = Set(nodes)
            state.nodes.removeAll { gone.contains($0) }
            if !silently { state.changes += nodes.map { .init($0, isRegistered: false) } }
        }
    }

    // MARK: FleetPlane

    func takeInputs() -> [FleetInput] {
        edit { state in
            defer { state.inputs = [] }
            return state.inputs
        }
    }

    func takeChanges(limit: Int) -> FleetChanges {
        edit { state in
            var changes = FleetChanges()
            changes.changes = Array(state.changes.prefix(limit))
            state.changes.removeFirst(changes.changes.count)
            changes.hasMore = !state.changes.isEmpty
            changes.mustRescan = state.mustRescan
            state.mustRescan = false
            return changes
        }
    }

    func nodes(from position: Int, limit: Int) -> (nodes: [NodeID], next: Int?) {
        edit { state in
            state.pagesRead += 1
            let page = Array(state.nodes.dropFirst(position).prefix(limit))
            let next = position + page.count
            return (page, next < state.nodes.count ? next : nil)
        }
    }

    func isRegistered(_ node: NodeID) -> Bool { edit { $0.registered.contains(node) } }
    func setMeshKeys(_ keys: [MeshKey]) { edit { $0.meshKeys = keys } }
    func setDataAddress(_ data: Address) { edit { $0.dataAddress = data } }
    func setMembers(_ data: [Address]) { edit { $0.members.append(data) } }

    func send(_ hello: Hello, to peer: Address, via: UInt16) {
        edit { $0.hellos.append((hello, peer)) }
        deliver?(hello, peer)
    }

    func probe(_ id: ProbeID, _ node: NodeID, claimant: Address) { edit { $0.probes.append(node) } }

    func claimDecided(_ node: NodeID, claimant: Address, _ outcome: ClaimOutcome) {
        edit { $0.decisions.append(Decision(node: node, claimant: claimant, outcome: outcome)) }
    }

    func withdraw(_ node: NodeID) -> Bool {
        edit { state in
            state.withdrawn.append(node)
            return true
        }
    }

    func fleetChanged() { edit { $0.fleetChanges += 1 } }
    func moved(_ node: NodeID, to data: Address) { edit { $0.moved.append(node) } }
    func punch(_ requester: NodeID, to address: Address, peer: Address) {}
    func punchTarget(_ node: NodeID, by punch: Punch) -> Address? { nil }
}
