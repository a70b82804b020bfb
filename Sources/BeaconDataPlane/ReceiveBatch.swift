import BeaconBasics
import BeaconRelay
import CLinux
import Glibc

/// The memory of one recvmmsg: 64 buffers that hold any UDP datagram, or a GRO run of them.
///
/// Buffers are 64 KiB and a bit apart: the bit spreads their first bytes over the cache sets, which a power of two
/// would pile up in one. Pages that no datagram has reached are not resident.
struct ReceiveBatch: ~Copyable {
    static let capacity = 64
    static let bufferLength = 65_536
    private static let stride = bufferLength + 1_280
    private static let nameStride = 32
    private static let controlStride = Int(LINUX_ANCILLARY_ROOM)

    private let buffers = ZeroedMemory(byteCount: capacity * stride)
    private let names = ZeroedMemory(byteCount: capacity * nameStride)
    private let controls = ZeroedMemory(byteCount: capacity * controlStride)
    private let vectors = ZeroedMemory(byteCount: capacity * MemoryLayout<iovec>.stride)
    private let headerMemory = ZeroedMemory(byteCount: capacity * MemoryLayout<linux_mmsghdr>.stride)
    private let headers: UnsafeMutablePointer<linux_mmsghdr>
    private var filled = 0

    init() {
        headers = headerMemory.base.assumingMemoryBound(to: linux_mmsghdr.self)
        for slot in 0..<Self.capacity {
            let vector = vectors.base.assumingMemoryBound(to: iovec.self) + slot
            vector.pointee = iovec(iov_base: buffers.base + slot * Self.stride, iov_len: Self.bufferLength)
            headers[slot].msg_hdr.msg_name = names.base + slot * Self.nameStride
            headers[slot].msg_hdr.msg_iov = vector
            headers[slot].msg_hdr.msg_iovlen = 1
            headers[slot].msg_hdr.msg_control = controls.base + slot * Self.controlStride
            arm(slot)
        }
    }

    /// Receives up to `limit` buffers: blocks for the first, up to the socket's timeout, and takes what else is there.
    /// The number of filled buffers, or -errno.
    @inline(__always)
    mutating func receive(from socket: borrowing UDPSocket, limit: Int) -> Int {
        for slot in 0..<filled { arm(slot) }
        let result = Int(linux_recvmmsg(socket.descriptor, headers, UInt32(limit), Int32(LINUX_MSG_WAITFORONE)))
        filled = max(0, result)
        return result
    }

    /// The kernel overwrites these with what it used.
    @inline(__always)
    private func arm(_ slot: Int) {
        headers[slot].msg_hdr.msg_namelen = UInt32(SocketAddress.byteCount)
        headers[slot].msg_hdr.msg_controllen = Self.controlStride
    }

    @inline(__always)
    func bytes(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: buffers.base + slot * Self.stride, count: Int(headers[slot].msg_len))
    }

    @inline(__always)
    func source(_ slot: Int) -> Address { SocketAddress.read(names.base + slot * Self.nameStride) }

    @inline(__always)
    func isTruncated(_ slot: Int) -> Bool {
        headers[slot].msg_hdr.msg_flags & Int32(LINUX_MSG_TRUNC) != 0
    }

    /// The local address and the segment size; nothing where the kernel said nothing.
    @inline(__always)
    func ancillary(_ slot: Int) -> linux_ancillary? {
        guard headers[slot].msg_hdr.msg_controllen > 0 else { return nil }
        var ancillary = linux_ancillary()
        linux_ancillary_read(&headers[slot].msg_hdr, &ancillary)
        return ancillary
    }
}
