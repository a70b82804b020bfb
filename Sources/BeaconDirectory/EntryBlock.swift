import BeaconBasics
import Synchronization

/// A run of slots with open addressing (linear probing), somewhere in a `BlockArena`. Sixteen bytes a slot:
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 8 | key(32) owner(16) flags(16); 0 = free |
/// | 8 | 8 | stamp |
///
/// Sizes come in classes, four to each doubling: (4 … 7) · 2ⁿ slots. A block's memory stays of its class for ever, so
/// that a reader of a block that has been replaced stays within it, whatever it reads there.
struct EntryBlock: BitwiseCopyable {
    /// The address and, in the top byte, the class. 0 = no block.
    let descriptor: UInt64

    static let slotBytes = 16
    static let used: UInt64 = 1
    /// A slot whose entry has gone, while those behind it move up.
    static let passed: UInt64 = 2

    @inline(__always)
    init(descriptor: UInt64) { self.descriptor = descriptor }

    init(_ base: UnsafeMutableRawPointer, sizeClass: Int) {
        descriptor = UInt64(UInt(bitPattern: base)) | UInt64(sizeClass) << 56
    }

    static func slots(_ sizeClass: Int) -> Int { (4 + (sizeClass & 3)) << (sizeClass >> 2) }

    var sizeClass: Int { Int(descriptor >> 56) }

    @inline(__always)
    var slots: Int { descriptor == 0 ? 0 : Self.slots(sizeClass) }

    var base: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(bitPattern: UInt(descriptor & 0x00FF_FFFF_FFFF_FFFF))!
    }

    @inline(__always)
    func word(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (base + slot &* Self.slotBytes).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    @inline(__always)
    func stamp(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (base + (slot &* Self.slotBytes &+ 8)).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// The slot at which the search for a key with this hash begins.
    @inline(__always)
    func home(_ hash: UInt32) -> Int { Int(truncatingIfNeeded: (UInt64(hash) &* UInt64(slots)) >> 32) }

    @inline(__always)
    static func word(_ key: UInt32, _ owner: UInt16) -> UInt64 { UInt64(key) << 32 | UInt64(owner) << 16 | used }

    @inline(__always)
    static func owner(_ word: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: word >> 16) }
}

/// A walk over the entries of one key: at most once round the block, whatever it holds.
struct EntryProbe {
    private let block: EntryBlock
    private let key: UInt32
    private var slot: Int
    private var left: Int
    private let slots: Int

    @inline(__always)
    init(_ block: EntryBlock, key: UInt32, hash: UInt32) {
        self.block = block
        self.key = key
        slots = block.slots
        slot = slots == 0 ? 0 : block.home(hash)
        left = slots
    }

    @inline(__always)
    mutating func next() -> (owner: UInt16, stamp: UInt64)? {
        while left > 0 {
            let at = slot
            left &-= 1
            slot = slot &+ 1 == slots ? 0 : slot &+ 1
            let word = block.word(at).pointee.load(ordering: .acquiring)
            if word == 0 { break }
            guard word >> 32 == UInt64(key), word & EntryBlock.used != 0 else { continue }
            return (EntryBlock.owner(word), block.stamp(at).pointee.load(ordering: .acquiring))
        }
        left = 0
        return nil
    }
}
