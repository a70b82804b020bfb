import BeaconBasics
import Synchronization

/// What entries point at: one row for each (beacon, session) that the table has known since its last entry was swept.
/// Sixty-four bytes, written by one thread, read by any.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 8 | state: beacon(32) changes(24) flags(8) |
/// | 8 | 8 | session |
/// | 16 | 24 | data address, copy 0: high, low, scope(32) port(16) 0(16) |
/// | 40 | 24 | data address, copy 1 |
///
/// Every change ends in one store of the state, which counts changes and says which copy counts; the writer only writes
/// to the other one. So whoever finds the same state before and after has read one row of one moment; nobody waits.
struct OwnerRows: ~Copyable, @unchecked Sendable {
    private let memory: ZeroedMemory
    private let countMemory: ZeroedMemory

    static let limit = 65_535
    private static let rowBytes = 64

    init() {
        memory = ZeroedMemory(byteCount: Self.limit * Self.rowBytes)
        countMemory = ZeroedMemory(byteCount: Self.limit * 4)
    }

    @inline(__always)
    private func word(_ slot: UInt16, _ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (memory.base + (Int(slot) &* Self.rowBytes &+ offset)).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    // MARK: Reading

    @inline(__always)
    func state(_ slot: UInt16) -> OwnerState {
        OwnerState(rawValue: word(slot, 0).pointee.load(ordering: .acquiring))
    }

    /// The address that counts in `state`; nil if the row has changed since.
    @inline(__always)
    func address(_ slot: UInt16, _ state: OwnerState) -> Address? {
        let offset = state.copyOffset
        let high = word(slot, offset).pointee.load(ordering: .acquiring)
        let low = word(slot, offset + 8).pointee.load(ordering: .acquiring)
        let rest = word(slot, offset + 16).pointee.load(ordering: .acquiring)
        guard word(slot, 0).pointee.load(ordering: .relaxed) == state.rawValue else { return nil }
        return Address(
            high: high, low: low, scope: UInt32(truncatingIfNeeded: rest >> 32),
            port: UInt16(truncatingIfNeeded: rest >> 16))
    }

    /// Meaningful while the row's state stays as it was.
    func session(_ slot: UInt16) -> SessionID { SessionID(word(slot, 8).pointee.load(ordering: .acquiring)) }

    /// How many entries name the slot.
    func count(_ slot: UInt16) -> UnsafeMutablePointer<Atomic<UInt32>> {
        (countMemory.base + Int(slot) &* 4).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    // MARK: Writing

    /// Gives an unused slot to an owner.
    func assign(_ slot: UInt16, _ beacon: BeaconID, _ session: SessionID, _ address: Address, _ flags: OwnerFlags) {
        word(slot, 8).pointee.store(session.rawValue, ordering: .releasing)
        publish(slot, beacon, address, flags.union(.used))
    }

    func setAddress(_ slot: UInt16, _ address: Address) {
        publish(slot, state(slot).beacon, address, state(slot).flags)
    }

    func setFlags(_ slot: UInt16, _ flags: OwnerFlags) {
        let state = state(slot)
        let kept = state.flags.intersection([.used, .secondCopy, .own])
        store(slot, state, state.beacon, kept.union(flags))
    }

    /// The slot means nobody any more.
    func clear(_ slot: UInt16) {
        let state = state(slot)
        store(slot, state, BeaconID(0), state.flags.intersection(.secondCopy))
    }

    private func publish(_ slot: UInt16, _ beacon: BeaconID, _ address: Address, _ flags: OwnerFlags) {
        let state = state(slot)
        let turned = flags.subtracting(.secondCopy).union(state.flags.contains(.secondCopy) ? [] : .secondCopy)
        let offset = OwnerState(flags: turned).copyOffset
        word(slot, offset).pointee.store(address.high, ordering: .releasing)
        word(slot, offset + 8).pointee.store(address.low, ordering: .releasing)
        word(slot, offset + 16).pointee.store(
            UInt64(address.scope) << 32 | UInt64(address.port) << 16, ordering: .releasing)
        store(slot, state, beacon, turned)
    }

    private func store(_ slot: UInt16, _ before: OwnerState, _ beacon: BeaconID, _ flags: OwnerFlags) {
        let changes = (before.rawValue >> 8 &+ 1) & 0xFF_FFFF
        let raw = UInt64(beacon.rawValue) << 32 | changes << 8 | UInt64(flags.rawValue)
        word(slot, 0).pointee.store(raw, ordering: .releasing)
    }
}

struct OwnerState: Equatable, BitwiseCopyable {
    let rawValue: UInt64

    @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(flags: OwnerFlags) { rawValue = UInt64(flags.rawValue) }

    @inline(__always) var beacon: BeaconID { BeaconID(UInt32(truncatingIfNeeded: rawValue >> 32)) }
    @inline(__always) var flags: OwnerFlags { OwnerFlags(rawValue: UInt8(truncatingIfNeeded: rawValue)) }
    @inline(__always) var isRoutable: Bool { flags.contains(.routable) }
    @inline(__always) var isOwn: Bool { flags.contains(.own) }
    @inline(__always) var copyOffset: Int { flags.contains(.secondCopy) ? 40 : 16 }
}

struct OwnerFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static let used = OwnerFlags(rawValue: 1)
    static let routable = OwnerFlags(rawValue: 2)
    static let draining = OwnerFlags(rawValue: 4)
    /// This beacon itself.
    static let own = OwnerFlags(rawValue: 8)
    /// Copy 1 of the address counts.
    static let secondCopy = OwnerFlags(rawValue: 16)
    /// Not retired.
    static let current = OwnerFlags(rawValue: 32)

    static let changeable: OwnerFlags = [.routable, .draining, .current]
}
