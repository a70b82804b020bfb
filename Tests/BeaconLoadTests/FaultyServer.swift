import BeaconBasics
import Glibc
import Synchronization

/// A small beacon in this process that goes wrong on purpose, and knows exactly how often: what the load tool reports
/// must be the same numbers.
final class FaultyServer: Sendable {
    /// What is done to a frame or a reply.
    enum Fault: CaseIterable {
        case none, twice, changed, cut, dropped, wrongNode, held
    }

    /// How often each fault was committed.
    struct Count: Sendable {
        var answered = 0, twice = 0, changed = 0, cut = 0, dropped = 0, wrongNode = 0, held = 0
    }

    let port: UInt16
    private let descriptor: CInt
    private let period: Int
    private let count = Mutex(Count())
    private let isStopped = Atomic<Bool>(false)
    private let thread: Mutex<pthread_t?> = Mutex(nil)

    /// One of each fault in every `period` frames or replies; 0 = no faults.
    init(period: Int) throws {
        self.period = period
        descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        precondition(isBound, "loopback has a free port")
        port = UInt16(bigEndian: address.sin_port)
        var timeout = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        start()
    }

    var server: String { "127.0.0.1:\(port)" }

    /// Ends the thread; what it did.
    func stop() -> Count {
        isStopped.store(true, ordering: .relaxed)
        if let thread = thread.withLock({ $0.take() }) { pthread_join(thread, nil) }
        close(descriptor)
        return count.withLock { $0 }
    }

    private func start() {
        var handle = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let error = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<FaultyServer>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, context)
        precondition(error == 0, "a thread can be made")
        thread.withLock { $0 = handle }
    }

    private func serve() {
        var state = ServerState(descriptor: descriptor, period: period)
        while !isStopped.load(ordering: .relaxed) { state.step() }
        count.withLock { $0 = state.count }
    }
}

/// What the server's thread owns.
private struct ServerState {
    let descriptor: CInt
    let period: Int
    var count = FaultyServer.Count()
    private var nodes: [UInt32: sockaddr_in] = [:]
    private var turn = 0
    private var held: (bytes: [UInt8], to: sockaddr_in)?
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(descriptor: CInt, period: Int) {
        self.descriptor = descriptor
        self.period = period
    }

    mutating func step() {
        var source = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = withUnsafeMutablePointer(to: &source) { source in
            source.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard size > 0 else { return }
        let datagram = Array(buffer[..<size])
        switch datagram[0] {
        case 0: stun(datagram, source)
        case 1: discover(datagram, source)
        case 3: punch(datagram, source)
        case 5: relay(datagram)
        default: break
        }
    }

    private mutating func discover(_ datagram: [UInt8], _ source: sockaddr_in) {
        nodes[number(datagram, at: 1)] = source
        send([2, 4] + wire(source), to: source)
    }

    private mutating func punch(_ datagram: [UInt8], _ source: sockaddr_in) {
        guard let target = nodes[number(datagram, at: 5)] else { return }
        answer([4, 4] + wire(target), to: source)
        send([4, 4] + wire(source), to: target)
    }

    /// XOR-MAPPED-ADDRESS alone.
    private mutating func stun(_ datagram: [UInt8], _ source: sockaddr_in) {
        let endpoint = wire(source)
        let mask: [UInt8] = [0x21, 0x12, 0xA4, 0x42]
        let port = zip(endpoint[4...], mask).map { $0 ^ $1 }
        let ip = zip(endpoint[..<4], mask).map { $0 ^ $1 }
        answer([1, 1, 0, 12] + datagram[4..<20] + [0, 0x20, 0, 8, 0, 1] + port + ip, to: source)
    }

    private mutating func relay(_ datagram: [UInt8]) {
        guard let node = nodes[number(datagram, at: 5)] else { return }
        let frame = [6] + datagram[1..<5] + datagram[9...]
        switch nextFault() {
        case .held:
            count.held += 1
            held = (frame, node)
            return
        case .wrongNode:
            count.wrongNode += 1
            let other = nodes.values.first { $0.sin_port != node.sin_port }
            send(frame, to: other ?? node)
        case let fault: send(frame, to: node, fault)
        }
        if let late = held { send(late.bytes, to: late.to) }
        held = nil
    }

    /// A reply; the faults that only frames have are none here.
    private mutating func answer(_ reply: [UInt8], to: sockaddr_in) {
        let fault = nextFault()
        send(reply, to: to, fault == .held || fault == .wrongNode ? .none : fault)
    }

    private mutating func nextFault() -> FaultyServer.Fault {
        turn += 1
        guard period > 0 else { return .none }
        // Spread, so that no fault meets the next one's frame.
        let (fault, rest) = (turn % period).quotientAndRemainder(dividingBy: period / FaultyServer.Fault.allCases.count)
        return rest == 0 && fault < FaultyServer.Fault.allCases.count ? FaultyServer.Fault.allCases[fault] : .none
    }

    private mutating func send(_ bytes: [UInt8], to: sockaddr_in, _ fault: FaultyServer.Fault) {
        var bytes = bytes
        switch fault {
        case .twice:
            count.twice += 1
            send(bytes, to: to)
        case .changed:
            count.changed += 1
            bytes[bytes.count - 1] ^= 0x40
        case .cut:
            count.cut += 1
            bytes.removeLast()
        case .dropped:
            count.dropped += 1
            return
        case .none, .wrongNode, .held: count.answered += 1
        }
        send(bytes, to: to)
    }

    private func send(_ bytes: [UInt8], to: sockaddr_in) {
        var to = to
        withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// ip(4) port(2)
    private func wire(_ address: sockaddr_in) -> [UInt8] {
        withUnsafeBytes(of: address.sin_addr.s_addr, Array.init) + withUnsafeBytes(of: address.sin_port, Array.init)
    }
}
