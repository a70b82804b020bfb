import BeaconBasics
import BeaconClock
import BeaconCrypto
import BeaconRelay
import BeaconWire

/// Sends what no received datagram caused: probes, notifies, legacy syncs. Rare, from the housekeeper and the admin
/// thread; a lock, and counters of its own.
final class ControlSender: Sendable {
    private struct State: ~Copyable {
        var transmitter: Transmitter
        let counters = ShardCounters()
    }

    private let state: Guarded<State>
    private let published = PublishedCounters()

    init(locals: LocalAddresses) { state = Guarded(State(transmitter: Transmitter(locals: locals))) }

    var counters: CounterSnapshot { published.read().counters }

    /// Sends one message; whether the kernel took it.
    func send(_ bytes: UnsafeRawBufferPointer, to: Endpoint, kind: SentKind, through socket: SocketHandle) -> Bool {
        state.withLock { state in
            let sent = state.counters.sentPackets(kind)
            state.transmitter.begin(ipv6: socket.isIPv6)
            state.transmitter.add(to: to, kind: kind, outcome: nil, segment: bytes.count, count: 1, bytes: bytes.count)
            state.transmitter.addPiece(bytes.baseAddress!, length: bytes.count)
            state.transmitter.send(to: socket, counters: state.counters)
            state.counters.publish(to: published, at: SystemClock.now(), active: [])
            return state.counters.sentPackets(kind) != sent
        }
    }

    /// A PunchCommand that names the beacon itself (DESIGN.md §4).
    func probe(_ endpoint: Endpoint, naming own: Address, through socket: SocketHandle) {
        _ = small {
            ObservedAddress.write(MessageType.punchCommand, own, into: &$0)
        } send: {
            send($0, to: endpoint, kind: .probe, through: socket)
        }
    }

    /// A PunchCommand that names another node's address (protocol.md §1.4); whether the kernel took it.
    func command(_ endpoint: Endpoint, naming peer: Address, through socket: SocketHandle) -> Bool {
        small {
            ObservedAddress.write(MessageType.punchCommand, peer, into: &$0)
        } send: {
            send($0, to: endpoint, kind: .punchCommand, through: socket)
        }
    }

    func hello(_ hello: Hello, _ key: MeshKey, to endpoint: Endpoint, through socket: SocketHandle) -> Bool {
        small {
            hello.write(k0: key.k0, k1: key.k1, into: &$0)
        } send: {
            send($0, to: endpoint, kind: .hello, through: socket)
        }
    }

    func notify(_ endpoint: Endpoint, through socket: SocketHandle) -> Bool {
        small {
            Notify.write(into: &$0)
        } send: {
            send($0, to: endpoint, kind: .notify, through: socket)
        }
    }

    private static let smallLength = max(ObservedAddress.maximumLength, Hello.length)

    private func small(_ write: (inout MutableRawSpan) -> Int, send: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: Self.smallLength, alignment: 8) { memory in
            var span = MutableRawSpan(_unsafeBytes: memory)
            let length = write(&span)
            return send(UnsafeRawBufferPointer(rebasing: memory[..<length]))
        }
    }
}
