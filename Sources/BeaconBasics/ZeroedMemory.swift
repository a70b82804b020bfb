import Glibc

/// A fixed block of zeroed memory whose untouched pages cost nothing: tables of a million slots are laid out once, at
/// start, and become resident only as they fill.
///
/// The one owner frees it; whoever keeps a pointer into it must not outlive the owner.
public struct ZeroedMemory: ~Copyable, @unchecked Sendable {
    public let base: UnsafeMutableRawPointer
    public let byteCount: Int

    /// Page-aligned. Stops the process when the address space is exhausted: there is nothing to go on with.
    public init(byteCount: Int) {
        precondition(byteCount > 0)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else {
            fatalError("no address space for a table of \(byteCount) bytes")
        }
        base = memory
        self.byteCount = byteCount
    }

    /// Gives whole pages back to the system; they read as zeros from then on.
    public borrowing func discard(_ start: UnsafeMutableRawPointer, byteCount count: Int) {
        precondition(start >= base && start + count <= base + byteCount)
        madvise(start, count, MADV_DONTNEED)
    }

    deinit { munmap(base, byteCount) }
}
