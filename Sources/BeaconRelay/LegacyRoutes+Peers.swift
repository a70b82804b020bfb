public import BeaconBasics
import Synchronization

/// The beacons behind the routes: named by `--peers` or by the registry, or strangers known by their syncs alone.
extension LegacyRoutes {
    /// A beacon that syncs with us, as its operator sees it.
    public struct Peer: Equatable, Sendable {
        public var address: Address
        /// In `--peers`.
        public var configured: Bool
        /// In the registry's last good list.
        public var listed = false
        public var beacon: UInt32?
        public var nodes = 0
        public var lastSync: Moment?
        public var syncs: UInt64 = 0
        var generation: UInt32 = 0

        /// An authority says that this is a beacon, not just a sync of its own.
        public var isNamed: Bool { configured || listed }
    }

    // MARK: Reading, from any thread

    /// Whether a beacon is known at this address: named, or heard of by its syncs.
    public func isPeer(_ address: Address) -> Bool {
        for peer in 0..<peerCount.load(ordering: .acquiring) where self.address(peer) == address { return true }
        return false
    }

    /// Whether `--peers` or the registry names this address. While a place changes hands this may be wrong for a
    /// moment, which is a frame's worth of budget.
    func isNamedPeer(_ address: Address) -> Bool {
        let rest = Self.rest(of: address) | Self.named
        for peer in 0..<namedEnd.load(ordering: .acquiring) {
            let words = peerWords + peer * 4
            if words[2].load(ordering: .acquiring) == rest, words[1].load(ordering: .acquiring) == address.low,
                words[0].load(ordering: .acquiring) == address.high
            {
                return true
            }
        }
        return false
    }

    // MARK: Writing

    /// Names the beacons of `--peers`, which always have room; once, before the first sync.
    public func configure(_ addresses: [Address]) {
        writer.withLock { writer in
            precondition(writer.peers.isEmpty)
            for address in addresses.prefix(Self.maximumPeers)
            where !writer.peers.contains(where: { $0.address == address }) {
                _ = add(Peer(address: address, configured: true), &writer)
            }
            publishNamedEnd(writer)
        }
    }

    /// Names the beacons of the registry's list, in place of those of the list before. Who is no longer in it is a
    /// stranger: its routes stay until it falls silent (protocol.md §4.4).
    public func list(_ addresses: [Address]) {
        let listed = Set(addresses)
        writer.withLock { writer in
            for peer in writer.peers.indices where !listed.contains(writer.peers[peer].address) {
                unlist(peer, &writer)
            }
            for address in addresses {
                let known = writer.peers.firstIndex { $0.address == address }
                guard let peer = known ?? add(Peer(address: address, configured: false, listed: true), &writer) else {
                    continue
                }
                writer.peers[peer].listed = true
                publish(peer, writer.peers[peer])
            }
            publishNamedEnd(writer)
        }
    }

    /// Withdraws what these beacons have listed: they turned out to be of our own fleet. Who is named stays so.
    public func withdraw(_ addresses: Set<Address>) {
        writer.withLock { writer in
            for peer in writer.peers.indices where addresses.contains(writer.peers[peer].address) {
                guard writer.peers[peer].lastSync != nil else { continue }
                (writer.peers[peer].nodes, writer.peers[peer].lastSync) = (0, nil)
                withdraw(peer, &writer)
            }
        }
    }

    /// Who has never been heard of is forgotten at once.
    private func unlist(_ peer: Int, _ writer: inout Writer) {
        guard writer.peers[peer].listed else { return }
        writer.peers[peer].listed = false
        if !writer.peers[peer].configured, writer.peers[peer].lastSync == nil { writer.peers[peer].address = .none }
        publish(peer, writer.peers[peer])
    }

    private func publishNamedEnd(_ writer: borrowing Writer) {
        namedEnd.store((writer.peers.lastIndex(where: \.isNamed) ?? -1) + 1, ordering: .releasing)
    }

    /// The sender's position: known, or new.
    func admit(_ source: Address, _ writer: inout Writer) -> Int? {
        if let known = writer.peers.firstIndex(where: { $0.address == source }) { return known }
        return add(Peer(address: source, configured: false), &writer)
    }

    private func add(_ peer: Peer, _ writer: inout Writer) -> Int? {
        guard let place = placeToReuse(for: peer, writer) else { return append(peer, &writer) }
        let generation = writer.peers[place].generation
        writer.peers[place] = peer
        writer.peers[place].generation = generation
        withdraw(place, &writer)
        publish(place, peer)
        return place
    }

    private func append(_ peer: Peer, _ writer: inout Writer) -> Int? {
        guard writer.peers.count < Self.maximumPeers else { return nil }
        writer.peers.append(peer)
        setGeneration(firstGeneration, of: writer.peers.count - 1, &writer)
        publish(writer.peers.count - 1, peer)
        peerCount.store(writer.peers.count, ordering: .releasing)
        return writer.peers.count - 1
    }

    /// A place that nobody has any more, or, when all are given out, that of a silent stranger: a flood of invented
    /// senders cannot push out one that is alive. Only who is named can: the stranger heard of least recently goes.
    private func placeToReuse(for peer: Peer, _ writer: borrowing Writer) -> Int? {
        if let vacant = writer.peers.firstIndex(where: { $0.address == .none }) { return vacant }
        if writer.peers.count < Self.maximumPeers { return nil }
        if let silent = writer.peers.firstIndex(where: { !$0.isNamed && $0.nodes == 0 }) { return silent }
        guard peer.isNamed else { return nil }
        let peers = writer.peers
        return peers.indices.filter { !peers[$0].isNamed }.min {
            (peers[$0].lastSync?.nanoseconds ?? 0) < (peers[$1].lastSync?.nanoseconds ?? 0)
        }
    }

    private func publish(_ position: Int, _ peer: Peer) {
        let words = peerWords + position * 4
        // Released, so that whoever meets one of them also finds the generation that ended the place's last owner.
        words[0].store(peer.address.high, ordering: .releasing)
        words[1].store(peer.address.low, ordering: .releasing)
        words[2].store(Self.rest(of: peer.address) | (peer.isNamed ? Self.named : 0), ordering: .releasing)
    }

    /// In the third word of a peer that `--peers` or the registry names.
    private static let named: UInt64 = 1 << 63

    private static func rest(of address: Address) -> UInt64 { UInt64(address.scope) << 16 | UInt64(address.port) }
}
