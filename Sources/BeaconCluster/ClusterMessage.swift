public import BeaconBasics
public import BeaconDirectory

/// The cluster's own messages inside a sealed datagram, `type(1) length(varint) body`; fields are big-endian, `v` is a
/// varint, addresses are as on the data port (`iplen ip port`).
///
/// | type | message | body |
/// | --- | --- | --- |
/// | 40 | heads | own: sequence(v) root(4); then, to the end: owner(v) session's low half(2) sequence(v) root(4) |
/// | 41 | clock | Unix milliseconds(6) |
/// | 42 | moved | node(4) stamp(8): of the addressee's, registered at the sender now; its log says so soon |
/// | 43 | claim request | ticket(4) node(4) claimant(address) |
/// | 44 | claim reply | ticket(4) node(4) result(1: 0 lives, 1 gone, 2 busy) |
/// | 45 | punch request | ticket(4) target(4) requester(4) its address, granted(1) [expiry(8) signature(64)] |
/// | 46 | punch reply | ticket(4) target(4) found(1) [target's address] |
/// | 47 | ring offer | version(10) phase(1: 0 open with it, 1 seal with it) addressee's session(6) secret(32) |
/// | 48 | ring acknowledgement | version(10) phase(1) |
/// | 5F | reserved: the sender's own signature over the messages before it | |
public enum ClusterMessage: Equatable, Sendable {
    case heads(own: HeadNotice, others: [HeadNotice])
    case clock(unixMilliseconds: UInt64)
    case moved(NodeID, Stamp)
    case claimRequest(ticket: UInt32, node: NodeID, claimant: Address)
    case claimReply(ticket: UInt32, node: NodeID, result: ProbeResult)
    case punchRequest(ticket: UInt32, target: NodeID, by: Punch)
    case punchReply(ticket: UInt32, target: NodeID, address: Address?)
    case ringOffer(RingVersion, RingPhase, to: SessionID, secret: [UInt8])
    case ringAcknowledgement(RingVersion, RingPhase)

    /// A log's head as it travels: of the session only what tells it from the one before; the receiver knows the rest.
    public struct HeadNotice: Equatable, Sendable {
        public var owner: BeaconID
        public var sessionLow: UInt16
        public var sequence: UInt64
        public var root: UInt32

        public init(_ head: LogHead) {
            owner = head.owner
            sessionLow = UInt16(truncatingIfNeeded: head.session.rawValue)
            sequence = head.sequence
            root = head.root
        }

        init(owner: BeaconID, sessionLow: UInt16, sequence: UInt64, root: UInt32) {
            self.owner = owner
            self.sessionLow = sessionLow
            self.sequence = sequence
            self.root = root
        }
    }

    var type: UInt8 {
        switch self {
        case .heads: 0x40
        case .clock: 0x41
        case .moved: 0x42
        case .claimRequest: 0x43
        case .claimReply: 0x44
        case .punchRequest: 0x45
        case .punchReply: 0x46
        case .ringOffer: 0x47
        case .ringAcknowledgement: 0x48
        }
    }
}

/// Which of two rings is newer: when the rotation that made it began, and who began it. Zero: no rotation is remembered.
public struct RingVersion: Hashable, Comparable, BitwiseCopyable, Sendable {
    /// Unix milliseconds of the initiator, raised above the version it replaces; 48 bits.
    public var stamp: UInt64
    public var initiator: BeaconID

    public init(stamp: UInt64 = 0, initiator: BeaconID = BeaconID(0)) {
        self.stamp = stamp & 0xFFFF_FFFF_FFFF
        self.initiator = initiator
    }

    public static func < (a: RingVersion, b: RingVersion) -> Bool {
        a.stamp != b.stamp ? a.stamp < b.stamp : a.initiator < b.initiator
    }
}

public enum RingPhase: UInt8, Sendable {
    /// Everybody must open with it before anybody seals with it.
    case open, seal
}
