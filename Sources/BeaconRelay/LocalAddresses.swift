public import BeaconBasics
import Synchronization

/// The addresses of this host that nodes talk to, each with a small number that fits a table entry.
///
/// Append-only and shared: reading takes no lock. Only the host's own addresses get in (the kernel delivered to them),
/// so strangers cannot make it grow; past `capacity` the bound address is used and `overflows` counts.
public final class LocalAddresses: @unchecked Sendable {
    public static let capacity = 4_096

    /// Three words an entry: address, interface of a link-local one.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let memory: ZeroedMemory
    private let count = Atomic<Int>(1)
    private let appending = Guarded<Void>(())

    /// How often an address found no room.
    public var overflows: UInt64 { overflowCount.load(ordering: .relaxed) }
    private let overflowCount = Atomic<UInt64>(0)

    public init() {
        memory = ZeroedMemory(byteCount: Self.capacity * 24)
        words = memory.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// The number of `local` (its port is ignored); 0 if it is unspecified or there is no room.
    public func intern(_ local: Address) -> UInt16 {
        if local.isUnspecified { return 0 }
        if let known = find(local, upTo: count.load(ordering: .acquiring)) { return known }
        return appending.withLock { _ in append(local) }
    }

    /// The address of a number, port 0; unspecified for 0.
    @inline(__always)
    public subscript(number: UInt16) -> Address {
        let entry = words + Int(number) * 3
        return Address(
            high: entry[0].load(ordering: .relaxed), low: entry[1].load(ordering: .relaxed),
            scope: UInt32(truncatingIfNeeded: entry[2].load(ordering: .relaxed)), port: 0)
    }

    /// Whether this is one of the addresses that anybody has talked to.
    public func contains(_ host: Address) -> Bool { find(host, upTo: count.load(ordering: .acquiring)) != nil }

    /// All of them in the order of their numbers, from 1 on.
    public var all: [Address] {
        let end = count.load(ordering: .acquiring)
        return (1..<max(1, end)).map { self[UInt16($0)] }
    }

    private func find(_ local: Address, upTo count: Int) -> UInt16? {
        for number in 1..<max(count, 1) where self[UInt16(number)].isSameHost(local) { return UInt16(number) }
        return nil
    }

    private func append(_ local: Address) -> UInt16 {
        let number = count.load(ordering: .relaxed)
        if let known = find(local, upTo: number) { return known }
        guard number < Self.capacity else {
            overflowCount.add(1, ordering: .relaxed)
            return 0
        }
        let entry = words + number * 3
        entry[0].store(local.high, ordering: .relaxed)
        entry[1].store(local.low, ordering: .relaxed)
        entry[2].store(UInt64(local.scope), ordering: .relaxed)
        count.store(number + 1, ordering: .releasing)
        return UInt16(number)
    }
}
