import BeaconBasics
import BeaconRelay
import BeaconWire
import Synchronization

/// Legacy syncs on their way from the shards to the housekeeper: bounded, so that a flood of them costs a shard a
/// copy, never its time, and memory has an end.
final class SyncQueue: Sendable {
    static let capacity = 64

    struct Item: Sendable {
        var bytes: [UInt8]
        var source: Address
    }

    private struct State {
        var items: [Item] = []
        var strangers = TokenBucket()
        var policy: SyncPolicy
    }

    /// Syncs a second from addresses that nobody names, all together: each may list 16,375 nodes, and anybody
    /// can send one.
    static let strangerRate = Rate(perSecond: 20, burst: 40)

    private let state: Guarded<State>
    private let refusedCount = Atomic<UInt64>(0)
    private let wake: @Sendable () -> Void

    init(policy: SyncPolicy, wake: @escaping @Sendable () -> Void) {
        state = Guarded(State(policy: policy))
        self.wake = wake
    }

    /// Replaces the hosts whose syncs are taken whatever strangers send.
    func setPeers(_ hosts: Set<Address>) { state.withLock { $0.policy.peers = hosts } }

    /// Replaces the beacons whose syncs are not taken, because the directory knows better.
    func setMembers(_ data: Set<Address>) { state.withLock { $0.policy.members = data } }

    /// Checks what can be checked without the routes, and queues the rest.
    func offer(_ bytes: UnsafeRawBufferPointer, from source: Address, at now: Moment) -> Outcome {
        let span = RawSpan(_unsafeBytes: bytes)
        do {
            _ = try Sync(span)
        } catch {
            return error == .runt ? .runt : .malformed
        }
        let outcome = state.withLock { state in
            if let refusal = state.policy.refusal(of: source) { return refusal }
            guard state.items.count < Self.capacity,
                state.policy.peers.contains(source.host) || state.strangers.take(Self.strangerRate, at: now)
            else { return .syncOverload }
            state.items.append(Item(bytes: Array(bytes), source: source))
            return .sync
        }
        if outcome == .sync { wake() }
        return outcome
    }

    /// Syncs that were queued, but whose sender found no room among the peers.
    var refused: UInt64 { refusedCount.load(ordering: .relaxed) }
    func countRefused() { refusedCount.add(1, ordering: .relaxed) }

    func drain() -> [Item] {
        state.withLock { state in
            defer { state.items = [] }
            return state.items
        }
    }
}

/// Whose syncs are taken.
struct SyncPolicy: Sendable {
    /// Only from `peers` (protocol.md §4.2 step 2; ports do not matter).
    var isStrict: Bool
    /// The hosts of `--peers` and of the registry's list.
    var peers: Set<Address>
    var own: OwnAddress
    /// The data addresses of our fleet's beacons.
    var members: Set<Address> = []

    func refusal(of source: Address) -> Outcome? {
        if !source.isReplyable { return .badSource }
        if own.isOwn(source) { return .ownSource }
        if members.contains(source) { return .syncMember }
        return isStrict && !peers.contains(source.host) ? .syncStranger : nil
    }
}
