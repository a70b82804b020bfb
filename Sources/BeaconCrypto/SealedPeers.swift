public import BeaconBasics
import Crypto

/// Why a record was not opened. In the order of the checks: what costs nothing comes first.
public enum SealFailure: Error, CaseIterable, Sendable {
    case runt, unknownMagic, otherVersion, unknownKey, ownEcho, oldSession, replay, badSeal
}

/// An opened record.
public struct OpenedRecord: Sendable {
    public var header: SealedHeader
    public var text: [UInt8]
    /// The first of this origin: a new peer, or a known one that has restarted.
    public var isNewOrigin: Bool
}

/// The other half of the sealing: what is kept of each beacon that was ever authenticated. Its latest origin alone
/// counts; older ones are refused unopened. Strangers get no entry, whatever they send.
public struct SealedPeers: Sendable {
    public static let capacity = 4_096

    struct Peer {
        var origin: SealOrigin
        /// By the fleet key: the one it uses now, and the one before.
        var current: (fleetKey: UInt64, key: SymmetricKey)
        var previous: (fleetKey: UInt64, key: SymmetricKey)?
        var addressed = ReplayWindow<17>()
        var unaddressed = ReplayWindow<3>()
        var streams = ReplayWindow<3>()
        var lastHeard: UInt64
    }

    private var positions: [BeaconID: Int] = [:]
    private var peers: [Peer] = []
    private var clock: UInt64 = 0
    /// Peers that made room for others: the fleet is larger than `capacity`.
    public private(set) var evictions: UInt64 = 0

    public init() {}

    public var count: Int { peers.count }
    public func origin(of beacon: BeaconID) -> SealOrigin? { positions[beacon].map { peers[$0].origin } }

    /// Opens a datagram or a stream's request, and remembers its counter. Until the record has shown by its `DoorKey`'s tag
    /// that it comes from somebody with a key of ours, nothing is allocated; afterwards as much as it is long. A record of another kind is no record here.
    public mutating func open(
        _ record: RawSpan, as kind: SealKind = .datagram, with seal: Seal
    ) -> Result<OpenedRecord, SealFailure> {
        switch SealedHeader.parse(record) {
        case .failure(.runt): return .failure(.runt)
        case .failure(.unknownMagic): return .failure(.unknownMagic)
        case .failure(.otherVersion): return .failure(.otherVersion)
        case .success(let header) where header.kind != kind: return .failure(.unknownMagic)
        case .success(let header): return open(record, header, with: seal)
        }
    }

    private mutating func open(
        _ record: RawSpan, _ header: SealedHeader, with seal: Seal
    ) -> Result<OpenedRecord, SealFailure> {
        guard seal.ring.hasKey(header.keyID) else { return .failure(.unknownKey) }
        if header.origin.sender == seal.origin.sender, header.origin.salt == seal.origin.salt {
            return .failure(.ownEcho)
        }
        let position = positions[header.origin.sender]
        if let position, peers[position].origin != header.origin {
            if peers[position].origin.supersedes(header.origin) { return .failure(.oldSession) }
        } else if let position, !peers[position].isFresh(header) {
            return .failure(.replay)
        }
        guard let opened = tryKeys(record, header, with: seal, position) else { return .failure(.badSeal) }
        let isNew = position.map { peers[$0].origin != header.origin } ?? true
        take(header, opened.key, at: position)
        return .success(OpenedRecord(header: header, text: opened.text, isNewOrigin: isNew))
    }

    /// Opens a stream's reply: only the one that answers `request`, which was sent to `recipient` if that was known.
    public func openReply(
        _ record: RawSpan, to request: SealedHeader, with seal: Seal
    ) -> Result<OpenedRecord, SealFailure> {
        guard case .success(let header) = SealedHeader.parse(record) else {
            return .failure(record.byteCount < SealedHeader.overhead ? .runt : .unknownMagic)
        }
        guard header.kind == .streamReply, header.isAddressed else { return .failure(.unknownMagic) }
        guard seal.ring.hasKey(header.keyID) else { return .failure(.unknownKey) }
        let position = positions[header.origin.sender]
        guard let opened = tryKeys(record, header, with: seal, position, answering: request) else {
            return .failure(.badSeal)
        }
        return .success(OpenedRecord(header: header, text: opened.text, isNewOrigin: false))
    }

    /// Whether a record that was refused as of an older origin is at least genuine (it may be a recording).
    public func isGenuine(_ record: RawSpan, with seal: Seal) -> Bool {
        guard case .success(let header) = SealedHeader.parse(record) else { return false }
        return tryKeys(record, header, with: seal, nil) != nil
    }

    public mutating func forget(_ beacon: BeaconID) {
        guard let position = positions.removeValue(forKey: beacon) else { return }
        let last = peers.removeLast()
        guard position < peers.count else { return }
        peers[position] = last
        positions[last.origin.sender] = position
    }

    private func tryKeys(
        _ record: RawSpan, _ header: SealedHeader, with seal: Seal, _ position: Int?,
        answering request: SealedHeader? = nil
    ) -> (text: [UInt8], key: (fleetKey: UInt64, key: SymmetricKey))? {
        for place in seal.ring.keys.indices where seal.ring.keys[place].id == header.keyID {
            guard seal.passesDoor(record, header, key: place) else { continue }
            let fleetKey = seal.ring.keys[place]
            let known = position.flatMap { peers[$0].key(header.origin, fleetKey.tag) }
            let key = known ?? fleetKey.sessionKey(of: header.origin)
            if let text = seal.open(record, header, under: key, answering: request) {
                return (text, (fleetKey.tag, key))
            }
        }
        return nil
    }

    private mutating func take(_ header: SealedHeader, _ key: (fleetKey: UInt64, key: SymmetricKey), at position: Int?)
    {
        clock += 1
        let position = position ?? insert(Peer(origin: header.origin, current: key, lastHeard: clock))
        if peers[position].origin != header.origin {
            peers[position] = Peer(origin: header.origin, current: key, lastHeard: clock)
        }
        peers[position].take(header, key)
        peers[position].lastHeard = clock
    }

    private mutating func insert(_ peer: Peer) -> Int {
        if peers.count >= Self.capacity, let oldest = peers.min(by: { $0.lastHeard < $1.lastHeard }) {
            forget(oldest.origin.sender)
            evictions += 1
        }
        positions[peer.origin.sender] = peers.count
        peers.append(peer)
        return peers.count - 1
    }
}

extension SealedPeers.Peer {
    func key(_ origin: SealOrigin, _ fleetKey: UInt64) -> SymmetricKey? {
        guard origin == self.origin else { return nil }
        if current.fleetKey == fleetKey { return current.key }
        return previous?.fleetKey == fleetKey ? previous?.key : nil
    }

    func isFresh(_ header: SealedHeader) -> Bool {
        switch (header.kind, header.isAddressed) {
        case (.datagram, true): addressed.isFresh(header.counter)
        case (.datagram, false): unaddressed.isFresh(header.counter)
        default: streams.isFresh(header.counter)
        }
    }

    mutating func take(_ header: SealedHeader, _ key: (fleetKey: UInt64, key: SymmetricKey)) {
        if current.fleetKey != key.fleetKey { (previous, current) = (current, key) }
        switch (header.kind, header.isAddressed) {
        case (.datagram, true): addressed.mark(header.counter)
        case (.datagram, false): unaddressed.mark(header.counter)
        default: streams.mark(header.counter)
        }
    }
}
