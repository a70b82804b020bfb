import BeaconBasics
import BeaconLoadKit
import Glibc

/// Registers nodes, and takes no reply for granted. A DiscoverReply names no node, so a socket's nodes follow each
/// other.
struct Registration: ~Copyable {
    /// Tries for one node, and how long each waits for its reply: five seconds in all.
    static let tries = 50
    static let patience = Delay.milliseconds(100)
    /// Datagrams of an earlier try that one socket may still hold.
    private static let leftovers = 1000

    private enum Received {
        case nothing, other
        case reply(Address)
    }

    private let scratch = Scratch()
    /// The address that the server saw, for each socket.
    private(set) var seen: [Address]

    init(sockets: Int) { seen = Array(repeating: .none, count: sockets) }

    /// Registers `count` ids from `base`, id `base + n` at socket `n % sockets`.
    mutating func run(_ count: Int, from base: UInt32, at sockets: borrowing SocketGroup) throws(LoadError) {
        for first in stride(from: 0, to: count, by: sockets.count) {
            var pending = Array(0..<min(sockets.count, count - first))
            for attempt in 0..<Self.tries where !pending.isEmpty {
                if Interrupt.isRequested { throw .interrupted }
                if attempt > 0 { try drain(pending, sockets) }
                for socket in pending { try send(base + UInt32(first + socket), socket, sockets) }
                pending = try silent(of: pending, sockets)
            }
            guard pending.isEmpty else {
                throw .noReply(sockets.server, to: "Discover", tries: Self.tries, registered: first)
            }
        }
    }

    /// Throws away what is left of earlier tries: a late reply must not answer the next node's Discover.
    private func drain(_ pending: [Int], _ sockets: borrowing SocketGroup) throws(LoadError) {
        for socket in pending {
            for _ in 0..<Self.leftovers {
                if case .nothing = try receive(socket, sockets) { break }
            }
        }
    }

    private func send(_ id: UInt32, _ socket: Int, _ sockets: borrowing SocketGroup) throws(LoadError) {
        var span = scratch.bytes.mutableBytes
        let length = Frames.writeDiscover(NodeID(id), to: &span)
        _ = try sockets.send(socket, UnsafeRawBufferPointer(rebasing: scratch.bytes[..<length]))
    }

    /// Waits for the replies of one try; returns the sockets without.
    private mutating func silent(of pending: [Int], _ sockets: borrowing SocketGroup) throws(LoadError) -> [Int] {
        let deadline = monotonicNow() + Self.patience
        var silent: [Int] = []
        for socket in pending {
            if let address = try reply(socket, sockets, by: deadline) {
                seen[socket] = address
            } else {
                silent.append(socket)
            }
        }
        return silent
    }

    /// Looks once more after the deadline, so that a wait for one socket costs no other its reply.
    private func reply(_ socket: Int, _ sockets: borrowing SocketGroup, by deadline: Moment) throws(LoadError)
        -> Address?
    {
        var isLast = false
        while true {
            switch try receive(socket, sockets) {
            case .reply(let address): return address
            case .other where !isLast, .nothing where !isLast: break
            default: return nil
            }
            let left = deadline.since(monotonicNow()).nanoseconds / 1_000_000
            isLast = left == 0
            var wait = pollfd(fd: sockets.descriptors[socket], events: Int16(POLLIN), revents: 0)
            poll(&wait, 1, CInt(left))
        }
    }

    private func receive(_ socket: Int, _ sockets: borrowing SocketGroup) throws(LoadError) -> Received {
        guard let length = try sockets.receive(socket, into: scratch.bytes) else { return .nothing }
        let datagram = UnsafeRawBufferPointer(rebasing: scratch.bytes[..<length])
        return Frames.endpoint(datagram.bytes, type: Frames.discoverReply).map { .reply($0) } ?? .other
    }
}
