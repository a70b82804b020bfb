import BeaconBasics
import BeaconRelay
import BeaconWire

/// Tells legacy peers which nodes are here (protocol.md §4.1): every 10 s, also when there are none.
///
/// A sync replaces all that its source ip:port said before, and one datagram holds 16,375 ids. So a larger list goes
/// out in parts, each from a port of its own: the first from the data port, the others from ports that take relay
/// frames as well (protocol.md §4.5). Reference beacons and ours both understand it.
struct LegacySync {
    static let interval = Delay.seconds(10)
    /// The first one does not wait a whole interval: a restarted beacon's peers want it back.
    static let firstDelay = Delay.seconds(1)
    /// Ports beside the data port: with it, room for 1,064,375 nodes, and so for the default capacity.
    static let maximumExtraPorts = 64

    let beacon: UInt32
    private(set) var peers: [Address]
    private var buffer = [UInt8](repeating: 0, count: Sync.headerLength + 4 * Sync.maximumCount)
    private var nextAt: Moment

    init(beacon: UInt32, peers: [Address], at now: Moment) {
        self.beacon = beacon
        self.peers = peers
        nextAt = now + Self.firstDelay
    }

    /// Replaces the peers. A new one does not wait for the others' time: all are told within `firstDelay`.
    mutating func setPeers(_ addresses: [Address], at now: Moment) {
        if !Set(addresses).isSubset(of: peers) { nextAt = min(nextAt, now + Self.firstDelay) }
        peers = addresses
    }

    /// Sends the whole list if it is time. `port` hands out the socket of the n-th part, nil past the last possible.
    mutating func send(
        _ registry: Registry, at now: Moment, through sender: ControlSender, port: (Int) -> SocketHandle?,
        sent: (Address) -> Void
    ) {
        guard !peers.isEmpty, now >= nextAt else { return }
        nextAt = now + Self.interval
        var part = 0
        var position: Int? = 0
        // At least one datagram: an empty list withdraws what was said before.
        while let start = position, let socket = port(part) {
            let (nodes, next) = registry.nodeIDs(from: start, limit: Sync.maximumCount)
            for peer in tellPeers(nodes, through: sender, socket) where part == 0 { sent(peer) }
            position = next
            part += 1
        }
        withdrawParts(from: part, through: sender, port: port)
    }

    /// Ports that had a part last time and have none now say so, or their nodes would linger for 90 s.
    private mutating func withdrawParts(from part: Int, through sender: ControlSender, port: (Int) -> SocketHandle?) {
        let last = partsSent
        partsSent = part
        guard part < last else { return }
        for stale in part..<last {
            if let socket = port(stale) { _ = tellPeers([], through: sender, socket) }
        }
    }

    /// Sends one part to every peer; returns those for whom the kernel took it.
    private mutating func tellPeers(
        _ nodes: [NodeID], through sender: ControlSender, _ socket: SocketHandle
    ) -> [Address] {
        let length = write(nodes)
        return buffer.withUnsafeBytes { buffer in
            let part = UnsafeRawBufferPointer(rebasing: buffer[..<length])
            return peers.filter { sender.send(part, to: Endpoint(address: $0), kind: .sync, through: socket) }
        }
    }

    private var partsSent = 0

    private mutating func write(_ nodes: [NodeID]) -> Int {
        let beacon = beacon
        var span = buffer.mutableSpan
        var bytes = span.mutableBytes
        return Sync.write(beacon: beacon, nodes: nodes, into: &bytes)
    }
}
