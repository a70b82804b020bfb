public import BeaconBasics
public import BeaconCrypto

public struct StreamID: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

public struct ProbeID: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Whether a node of ours still lives at its endpoint.
public enum ProbeResult: UInt8, Sendable {
    /// It answered: it keeps the id.
    case lives = 0
    /// It was silent for 500 ms, or is not (or no longer) ours, or the claimant is its very endpoint: the id may go.
    case gone = 1
    /// It was asked a moment ago, or too many are being asked: to be asked again.
    case busy = 2
}

public struct PunchID: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

public enum ClusterOutput: Sendable {
    case datagram([UInt8], to: Address)
    /// Open a stream, send the record, read one record; then `streamEnded`. Records travel as length(4) and bytes.
    case streamOpen(StreamID, to: Address, request: [UInt8])
    case streamReply(StreamID, [UInt8])
    /// Also of a stream that we opened, when its time is over: nobody waits for it any more.
    case streamClose(StreamID)
    /// The node has registered at another beacon since: drop the local entry.
    case withdraw(NodeID, movedTo: BeaconID)
    /// The node has registered at another beacon, whose data address this is; a `withdraw` follows when that beacon's log
    /// says so.
    case moved(NodeID, to: Address)
    /// Another beacon asks whether our node lives; `claimant` is where it is said to be now.
    case probe(ProbeID, NodeID, claimant: Address)
    case claimDecided(NodeID, claimant: Address, ClaimOutcome)
    /// Send 04 to `to` (a node of ours, at that address) naming `peer`.
    case punch(NodeID, to: Address, peer: Address)
    /// Send 04 to our node, wherever it is registered, naming the requester's address, if its grant will do here; and
    /// answer with the node's address by `punched`.
    case punchTarget(PunchID, NodeID, by: Punch)
    /// The ring as it is now: to be stored.
    case keysChanged(KeyRing)
    indirect case event(ClusterEvent)
    /// `leave` is done.
    case left
}
