public import BeaconCrypto
import BeaconBasics
import Synchronization

/// The keys that mesh frames and hellos are authenticated with: replaced by the fleet's shell when the ring changes,
/// read by every shard. A shard keeps a copy of its own and looks once a batch whether it is still good, so that no
/// frame costs a lock.
public final class MeshKeys: Sendable {
    /// Keys at a time; those behind are not taken.
    public static let capacity = 8

    private let ring: Guarded<[MeshKey]>
    private let version = Atomic<UInt64>(1)

    /// The first key seals, all open. Without any, nothing is sent to the mesh and nothing is taken from it.
    public init(_ keys: [MeshKey] = []) { ring = Guarded(Array(keys.prefix(Self.capacity))) }

    public func replace(_ keys: [MeshKey]) {
        ring.withLock { $0 = Array(keys.prefix(Self.capacity)) }
        version.add(1, ordering: .releasing)
    }

    public var current: [MeshKey] { ring.withLock { $0 } }

    /// Brings a shard's copy up to date.
    @inline(__always)
    func refresh(_ copy: inout MeshKeyCopy) {
        let version = version.load(ordering: .acquiring)
        if copy.version != version { update(&copy, version) }
    }

    @inline(never)
    private func update(_ copy: inout MeshKeyCopy, _ version: UInt64) { copy = MeshKeyCopy(current, version: version) }
}

/// A reader's own copy of the ring.
struct MeshKeyCopy: ~Copyable {
    private var keys: InlineArray<8, MeshKey>
    private var count: Int
    fileprivate var version: UInt64

    /// Of no ring: out of date at once.
    init() { self.init([], version: 0) }

    init(_ ring: [MeshKey], version: UInt64) {
        keys = InlineArray(repeating: MeshKey(id: 0, k0: 0, k1: 0))
        for index in ring.indices.prefix(MeshKeys.capacity) { keys[index] = ring[index] }
        count = min(ring.count, MeshKeys.capacity)
        self.version = version
    }

    /// What is sealed with; nil without a ring.
    var first: MeshKey? { count == 0 ? nil : keys.span[0] }

    /// Whether a key of this id, of which there may be two, is the one.
    @inline(__always)
    func contains(_ id: UInt16, where isRight: (MeshKey) -> Bool) -> Bool {
        // Through a span: a subscript would copy the ring first.
        let keys = keys.span
        for index in 0..<count where keys[index].id == id && isRight(keys[index]) { return true }
        return false
    }
}
