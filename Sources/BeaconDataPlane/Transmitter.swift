import BeaconBasics
import BeaconRelay
import CLinux
import Glibc

/// Puts messages into the kernel's form and sends them, dealing with what can go wrong one message at a time: a
/// failure is counted under its reason and never keeps the rest from being sent.
struct Transmitter: ~Copyable {
    private static let capacity = SendBatch.capacity
    private static let nameStride = 32
    private static let controlStride = Int(LINUX_ANCILLARY_ROOM)

    /// What a message stands for, beside the kernel's header of it.
    private struct Account: BitwiseCopyable {
        var kind: SentKind
        var outcome: Outcome?
        var count: Int32
        var bytes: Int32
        var segment: Int32
    }

    private let headerMemory = ZeroedMemory(byteCount: capacity * MemoryLayout<linux_mmsghdr>.stride)
    /// Two a frame at most: 128 for a full UDP_SEGMENT message, of 1,024 that the kernel takes (UIO_MAXIOV).
    private let vectorMemory = ZeroedMemory(byteCount: 2 * capacity * MemoryLayout<iovec>.stride)
    private let nameMemory = ZeroedMemory(byteCount: capacity * nameStride)
    private let controlMemory = ZeroedMemory(byteCount: capacity * controlStride)
    private let accountMemory = ZeroedMemory(byteCount: capacity * MemoryLayout<Account>.stride)
    private let locals: LocalAddresses
    private var messageCount = 0
    private var vectorCount = 0
    private var isIPv6 = false
    private(set) var segmentation = Segmentation()

    init(locals: LocalAddresses) { self.locals = locals }

    private var headers: UnsafeMutablePointer<linux_mmsghdr> {
        headerMemory.base.assumingMemoryBound(to: linux_mmsghdr.self)
    }
    private var vectors: UnsafeMutablePointer<iovec> { vectorMemory.base.assumingMemoryBound(to: iovec.self) }
    private var accounts: UnsafeMutablePointer<Account> { accountMemory.base.assumingMemoryBound(to: Account.self) }

    mutating func probe(_ socket: SocketHandle) {
        segmentation.isCapable = linux_probe_gso(socket.descriptor) == 1
    }

    mutating func begin(ipv6: Bool) {
        messageCount = 0
        vectorCount = 0
        isIPv6 = ipv6
    }

    @inline(__always)
    mutating func add(to: Endpoint, kind: SentKind, outcome: Outcome?, segment: Int, count: Int, bytes: Int) {
        let position = messageCount
        messageCount += 1
        accounts[position] = Account(
            kind: kind, outcome: outcome, count: Int32(truncatingIfNeeded: count),
            bytes: Int32(truncatingIfNeeded: bytes), segment: Int32(truncatingIfNeeded: segment))
        let name = nameMemory.base + position * Self.nameStride
        let header = headers + position
        header.pointee.msg_hdr.msg_name = name
        header.pointee.msg_hdr.msg_namelen = SocketAddress.write(to.address, to: name, ipv6: isIPv6)
        header.pointee.msg_hdr.msg_iov = vectors + vectorCount
        header.pointee.msg_hdr.msg_iovlen = 0
        setAncillary(header, position, segment: count > 1 ? UInt16(truncatingIfNeeded: segment) : 0, local: to.local)
    }

    @inline(__always)
    private func setAncillary(
        _ header: UnsafeMutablePointer<linux_mmsghdr>, _ position: Int, segment: UInt16, local: UInt16
    ) {
        guard segment != 0 || local != 0 else {
            header.pointee.msg_hdr.msg_control = nil
            header.pointee.msg_hdr.msg_controllen = 0
            return
        }
        let control = controlMemory.base + position * Self.controlStride
        header.pointee.msg_hdr.msg_control = control
        guard local != 0 else {
            header.pointee.msg_hdr.msg_controllen = linux_ancillary_write(control, segment, nil, 0, isIPv6)
            return
        }
        let address = locals[local]
        var bytes = (address.high.bigEndian, address.low.bigEndian)
        header.pointee.msg_hdr.msg_controllen = withUnsafeBytes(of: &bytes) {
            linux_ancillary_write(
                control, segment, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), address.scope, isIPv6)
        }
    }

    @inline(__always)
    mutating func addPiece(_ start: UnsafeRawPointer, length: Int) {
        vectors[vectorCount] = iovec(iov_base: UnsafeMutableRawPointer(mutating: start), iov_len: length)
        vectorCount += 1
        headers[messageCount - 1].msg_hdr.msg_iovlen += 1
    }

    mutating func send(to socket: SocketHandle, counters: borrowing ShardCounters) {
        var next = 0
        while next < messageCount {
            let flags = Int32(LINUX_MSG_DONTWAIT)
            let result = Int(linux_sendmmsg(socket.descriptor, headers + next, UInt32(messageCount - next), flags))
            counters.add(ShardCounters.Slot.sendCalls)
            if result > 0 {
                for position in next..<next + result { count(accounts[position], counters) }
                next += result
            } else {
                // An error is always the first message's: deal with it alone and go on behind it.
                fail(next, error: Int32(truncatingIfNeeded: -result), socket, counters)
                next += 1
            }
        }
    }

    @inline(__always)
    private func count(_ account: Account, _ counters: borrowing ShardCounters) {
        let packets = Int(account.count)
        counters.sent(account.kind, packets: packets, bytes: Int(account.bytes))
        if let outcome = account.outcome { counters.count(outcome, packets) }
        counters.observe(packets, in: ShardCounters.Slot.runLengths)
        if packets > 1 { counters.add(ShardCounters.Slot.segmentedSends) }
    }

    @inline(never)
    private mutating func fail(
        _ position: Int, error: Int32, _ socket: SocketHandle, _ counters: borrowing ShardCounters
    ) {
        let account = accounts[position]
        if account.count > 1, segmentation.isAtFault(error, segment: Int(account.segment)) {
            return resendSingly(position, socket, counters)
        }
        if let _ = account.outcome { counters.count(Self.outcome(of: error), Int(account.count)) }
    }

    /// The kernel would not segment this message: its frames, of one piece each or of two each, go out one by one.
    private func resendSingly(_ position: Int, _ socket: SocketHandle, _ counters: borrowing ShardCounters) {
        var account = accounts[position]
        let pieces = headers[position].msg_hdr.msg_iov!
        let count = Int(account.count)
        let width = headers[position].msg_hdr.msg_iovlen / count
        account.count = 1
        var single = headers[position]
        single.msg_hdr.msg_iovlen = width
        // The source address stays; the segment size, which comes first in the buffer, goes.
        let skip = account.segment == 0 ? 0 : Self.segmentControlLength
        single.msg_hdr.msg_control = single.msg_hdr.msg_controllen > skip ? single.msg_hdr.msg_control + skip : nil
        single.msg_hdr.msg_controllen -= min(skip, single.msg_hdr.msg_controllen)
        for frame in 0..<count {
            let first = pieces + frame * width
            single.msg_hdr.msg_iov = first
            account.bytes = Int32(truncatingIfNeeded: (0..<width).reduce(0) { $0 + first[$1].iov_len })
            let result = linux_sendmmsg(socket.descriptor, &single, 1, Int32(LINUX_MSG_DONTWAIT))
            counters.add(ShardCounters.Slot.sendCalls)
            if result == 1 {
                self.count(account, counters)
            } else if account.outcome != nil {
                counters.count(Self.outcome(of: -result))
            }
        }
    }

    /// CMSG_SPACE of a 16-bit value.
    private static let segmentControlLength = 24

    private static func outcome(of error: Int32) -> Outcome {
        switch error {
        case EAGAIN, ENOBUFS, ENOMEM: .sendBusy
        case EMSGSIZE: .sendTooBig
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EPERM, EACCES, EADDRNOTAVAIL,
            EAFNOSUPPORT:
            .sendUnreachable
        default: .sendFailed
        }
    }

    mutating func restoreSegmentation() { segmentation.restore() }
}

/// What is known of UDP_SEGMENT on one socket. Kernels and drivers break it in the field, so it is learnt, not assumed.
struct Segmentation {
    var isCapable = false
    /// EIO: a route without checksum offload, or one through IPsec.
    private(set) var hasFailed = false
    /// EINVAL: pieces of this size do not fit a route's MTU.
    private(set) var ceiling = Int.max

    var isUsable: Bool { isCapable && !hasFailed }

    /// Whether segmentation, not the datagrams themselves, is to blame for a failed send; remembers what it taught.
    mutating func isAtFault(_ error: Int32, segment: Int) -> Bool {
        switch error {
        case EIO, EOPNOTSUPP:
            hasFailed = true
            return true
        case EINVAL, EMSGSIZE:
            ceiling = min(ceiling, segment - 1)
            return true
        default:
            return false
        }
    }

    /// Routes change: what failed is tried again now and then.
    mutating func restore() {
        hasFailed = false
        ceiling = .max
    }
}
