import BeaconBasics
import CLinux
import Glibc

/// Memory for the datagrams that one recvmmsg(2) takes, with the headers that point into it.
struct ReceiveBatch: ~Copyable {
    static let capacity = 64

    private let room: Int
    private let bytes: UnsafeMutableRawBufferPointer
    private let vectors: UnsafeMutableBufferPointer<iovec>
    private let headers: UnsafeMutableBufferPointer<linux_mmsghdr>

    /// `room`: bytes for each datagram; one more is kept, so that a longer datagram shows.
    init(room: Int) {
        self.room = room + 1
        bytes = .allocate(byteCount: Self.capacity * (room + 1), alignment: 64)
        vectors = .allocate(capacity: Self.capacity)
        headers = .allocate(capacity: Self.capacity)
        for index in 0..<Self.capacity {
            let start = bytes.baseAddress.map { $0 + index * (room + 1) }
            vectors.initializeElement(at: index, to: iovec(iov_base: start, iov_len: room + 1))
            var header = linux_mmsghdr()
            header.msg_hdr.msg_iov = vectors.baseAddress.map { $0 + index }
            header.msg_hdr.msg_iovlen = 1
            headers.initializeElement(at: index, to: header)
        }
    }

    deinit {
        bytes.deallocate()
        vectors.deallocate()
        headers.deallocate()
    }

    /// Takes what waits at a socket; returns how many datagrams, 0 if none.
    func receive(from descriptor: CInt, server: Address) throws(LoadError) -> Int {
        let count = linux_recvmmsg(
            descriptor, headers.baseAddress, UInt32(Self.capacity), CInt(LINUX_MSG_DONTWAIT))
        if count >= 0 { return Int(count) }
        if count == -EAGAIN { return 0 }
        throw LoadError("receive", count, to: server)
    }

    /// A datagram of the last `receive`; valid until the next.
    func datagram(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(index >= 0 && index < Self.capacity)
        return UnsafeRawBufferPointer(
            rebasing: bytes[index * room..<index * room + min(room, Int(headers[index].msg_len))])
    }
}
