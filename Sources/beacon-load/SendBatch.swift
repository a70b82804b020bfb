import BeaconBasics
import CLinux
import Glibc

/// Memory for frames of one size, one after the other, that leave by one sendmmsg(2), or as one UDP_SEGMENT message.
struct SendBatch: ~Copyable {
    let capacity: Int
    let frameSize: Int
    private let segmented: Bool
    private let bytes: UnsafeMutableRawBufferPointer
    private let vectors: UnsafeMutableBufferPointer<iovec>
    private let headers: UnsafeMutableBufferPointer<linux_mmsghdr>
    private let control: UnsafeMutableRawBufferPointer

    init(capacity: Int, frameSize: Int, segmented: Bool) {
        self.capacity = capacity
        self.frameSize = frameSize
        self.segmented = segmented
        bytes = .allocate(byteCount: capacity * frameSize, alignment: 64)
        vectors = .allocate(capacity: capacity)
        headers = .allocate(capacity: capacity)
        control = .allocate(byteCount: Int(LINUX_ANCILLARY_ROOM), alignment: 16)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        control.initializeMemory(as: UInt8.self, repeating: 0)
        for index in 0..<capacity {
            let start = bytes.baseAddress.map { $0 + index * frameSize }
            vectors.initializeElement(at: index, to: iovec(iov_base: start, iov_len: frameSize))
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
        control.deallocate()
    }

    func frame(_ index: Int) -> UnsafeMutableRawBufferPointer {
        precondition(index >= 0 && index < capacity)
        return UnsafeMutableRawBufferPointer(rebasing: bytes[index * frameSize..<(index + 1) * frameSize])
    }

    /// The frame is this long from now on; not for segmented batches, whose frames lie side by side.
    func resize(_ index: Int, to length: Int) {
        precondition(!segmented && index >= 0 && index < capacity && (0...frameSize).contains(length))
        vectors[index].iov_len = length
    }

    /// Sends the frames of `range`; returns how many left, 0 if the kernel has no room now.
    func send(_ range: Range<Int>, on descriptor: CInt, to server: Address) throws(LoadError) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
        guard !range.isEmpty else { return 0 }
        let result = segmented ? sendSegmented(range, descriptor) : sendEach(range, descriptor)
        if result >= 0 { return Int(result) }
        if result == -EAGAIN || result == -ENOBUFS { return 0 }
        throw LoadError(segmented ? "send with UDP_SEGMENT" : "send", result, to: server)
    }

    private func sendEach(_ range: Range<Int>, _ descriptor: CInt) -> CInt {
        linux_sendmmsg(
            descriptor, headers.baseAddress.map { $0 + range.lowerBound }, UInt32(range.count),
            CInt(LINUX_MSG_DONTWAIT))
    }

    /// The frames lie side by side, so that one message of one piece holds them all.
    private func sendSegmented(_ range: Range<Int>, _ descriptor: CInt) -> CInt {
        var vector = iovec(iov_base: frame(range.lowerBound).baseAddress, iov_len: range.count * frameSize)
        let length = linux_ancillary_write(control.baseAddress, UInt16(frameSize), nil, 0, false)
        return withUnsafeMutablePointer(to: &vector) { vector in
            var header = linux_mmsghdr()
            header.msg_hdr.msg_iov = vector
            header.msg_hdr.msg_iovlen = 1
            header.msg_hdr.msg_control = control.baseAddress
            header.msg_hdr.msg_controllen = length
            let result = linux_sendmmsg(descriptor, &header, 1, CInt(LINUX_MSG_DONTWAIT))
            return result > 0 ? CInt(range.count) : result
        }
    }
}
