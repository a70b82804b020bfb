import BeaconBasics
import Synchronization

/// Memory for blocks. It is taken from the system in chunks and never unmapped before the table goes, and what was a
/// block of one class is only ever given out as that class again: a reader may go on looking at a block that has been
/// released. Released blocks of a page or more become untouched memory, so that they cost nothing while they wait.
struct BlockArena {
    private var chunks: [Chunk] = []
    private var next = 0
    /// By class.
    private var released: [[UInt64]] = []

    private final class Chunk {
        let memory: ZeroedMemory
        init(byteCount: Int) { memory = ZeroedMemory(byteCount: byteCount) }
    }

    private static let page = 4_096
    private static let firstChunk = 64 << 10
    private static let largestChunk = 16 << 20

    /// A block of zeros.
    mutating func allocate(_ sizeClass: Int) -> EntryBlock {
        if sizeClass < released.count, let descriptor = released[sizeClass].popLast() {
            return EntryBlock(descriptor: descriptor)
        }
        let bytes = Self.bytes(sizeClass)
        let alignment = bytes < Self.page ? 64 : Self.page
        next = (next + alignment - 1) & ~(alignment - 1)
        if chunks.isEmpty || next + bytes > chunks[chunks.count - 1].memory.byteCount { grow(bytes) }
        defer { next += bytes }
        return EntryBlock(chunks[chunks.count - 1].memory.base + next, sizeClass: sizeClass)
    }

    mutating func release(_ block: EntryBlock) {
        let bytes = Self.bytes(block.sizeClass)
        if bytes < Self.page {
            for slot in 0..<block.slots {
                block.word(slot).pointee.store(0, ordering: .releasing)
                block.stamp(slot).pointee.store(0, ordering: .releasing)
            }
        } else {
            discard(block, bytes)
        }
        while released.count <= block.sizeClass { released.append([]) }
        released[block.sizeClass].append(block.descriptor)
    }

    private static func bytes(_ sizeClass: Int) -> Int {
        let bytes = EntryBlock.slots(sizeClass) * EntryBlock.slotBytes
        return bytes < page ? (bytes + 63) & ~63 : (bytes + page - 1) & ~(page - 1)
    }

    private mutating func grow(_ bytes: Int) {
        let held = chunks.reduce(0) { $0 + $1.memory.byteCount }
        let size = max(bytes, min(max(held, Self.firstChunk), Self.largestChunk))
        chunks.append(Chunk(byteCount: size))
        next = 0
    }

    private func discard(_ block: EntryBlock, _ bytes: Int) {
        let base = block.base
        for chunk in chunks.reversed() where base >= chunk.memory.base {
            guard base < chunk.memory.base + chunk.memory.byteCount else { continue }
            chunk.memory.discard(base, byteCount: bytes)
            return
        }
    }
}
