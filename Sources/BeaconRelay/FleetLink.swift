import BeaconBasics
public import BeaconDirectory
import Synchronization

/// Where data plane and fleet meet: the directory and keys that shards read, and the bounded queues of what they have
/// to say to the control plane. Everything in it is safe from any thread.
///
/// The registry adds to the queues under its own lock and calls `flush` behind it; the fleet's loop is then woken, and
/// drains both queues.
public final class FleetLink: Sendable {
    public let directory: DirectoryTable
    public let keys: MeshKeys
    /// The address that mesh frames leave from: its number, and above that whether it is one of IPv4.
    private let leaving = Atomic<UInt32>(0)
    private let wake: @Sendable () -> Void
    private let state = Guarded(State())
    /// 0 = nothing to tell, 1 = to be told, 2 = told.
    private let signal = Atomic<UInt8>(0)

    /// Requests of each kind, and changed nodes, that wait at a time.
    static let requestCapacity = 4_096
    static let helloCapacity = 256
    public static let changeCapacity = 65_536

    private struct State {
        var requests: [FleetRequest] = []
        var claims = 0
        var punches = 0
        var hellos = 0
        var proofs = 0
        var changes = ChangeQueue(capacity: FleetLink.changeCapacity)
        var counters = FleetLinkCounters()
    }

    /// `wake` is called, from any thread, when there is something to drain and nobody has been told yet. It must return
    /// at once.
    public init(
        directory: DirectoryTable, keys: MeshKeys, wake: @escaping @Sendable () -> Void = {}
    ) {
        self.directory = directory
        self.keys = keys
        self.wake = wake
    }

    public var counters: FleetLinkCounters { state.withLock { $0.counters } }

    /// Says which of our addresses mesh frames leave from: that which members know us by. Every shard goes by it from
    /// its next frame on. `number` is that of `LocalAddresses`; with 0, as at first, the kernel chooses by its routes.
    public func leave(from number: UInt16, isIPv4: Bool) {
        leaving.store(UInt32(number) | (isIPv4 ? 1 << 16 : 0), ordering: .relaxed)
    }

    // MARK: The data plane's side

    /// What frames to this address leave from; 0, the kernel's choice, if that is of the other family.
    @inline(__always)
    func local(towards address: Address) -> UInt16 {
        let value = leaving.load(ordering: .relaxed)
        return (value >> 16 != 0) == address.isIPv4 ? UInt16(truncatingIfNeeded: value) : 0
    }

    /// Queues a request; false if there is no room.
    func offer(_ request: FleetRequest) -> Bool {
        let isTaken = state.withLock { state in Self.add(request, to: &state) }
        if isTaken { mark() }
        return isTaken
    }

    private static func add(_ request: FleetRequest, to state: inout State) -> Bool {
        switch request {
        case .claim:
            guard Self.take(&state.claims, requestCapacity, &state.counters.claimsRefused) else { return false }
        case .punch:
            guard Self.take(&state.punches, requestCapacity, &state.counters.punchesRefused) else { return false }
        case .hello: guard Self.take(&state.hellos, helloCapacity, &state.counters.hellosRefused) else { return false }
        case .probed: guard Self.take(&state.proofs, requestCapacity, &state.counters.proofsLost) else { return false }
        }
        state.requests.append(request)
        return true
    }

    private static func take(_ used: inout Int, _ capacity: Int, _ refused: inout UInt64) -> Bool {
        guard used < capacity else {
            refused += 1
            return false
        }
        used += 1
        return true
    }

    /// Queues a change of what is registered.
    func changed(_ node: NodeID, _ kind: RegistryChange.Kind) {
        if node == .unassigned { return }
        state.withLock { state in
            if !state.changes.add(node, kind) { state.counters.rescans += 1 }
        }
        mark()
    }

    /// Whether a registration of the node waits to be told.
    func isWaiting(_ node: NodeID, _ kind: RegistryChange.Kind) -> Bool {
        state.withLock { $0.changes.latest(of: node) == kind }
    }

    private func mark() { _ = signal.compareExchange(expected: 0, desired: 1, ordering: .acquiringAndReleasing) }

    /// Wakes the fleet's loop if there is news. Not to be called under a lock.
    func flush() {
        guard signal.load(ordering: .acquiring) == 1,
            signal.compareExchange(expected: 1, desired: 2, ordering: .acquiringAndReleasing).exchanged
        else { return }
        wake()
    }

    // MARK: The fleet's side

    public func drainRequests() -> [FleetRequest] {
        signal.store(0, ordering: .releasing)
        return state.withLock { state in
            defer {
                state.requests = []
                (state.claims, state.punches, state.hellos, state.proofs) = (0, 0, 0, 0)
            }
            return state.requests
        }
    }

    /// Up to `limit` changes.
    public func drainChanges(limit: Int) -> RegistryChanges {
        signal.store(0, ordering: .releasing)
        return state.withLock { $0.changes.drain(limit: limit) }
    }
}
