public import BeaconBasics

/// A source, node or pair, and what was relayed from, to or between it in the window of `TopTalkers`.
public struct TopTalker: Sendable {
    public let kind: TalkerKind
    let key: TalkerKey
    /// Frames, and how many of them may be too many; the same in bytes of payload.
    public let packets: UInt64
    public let packetsError: UInt64
    public let bytes: UInt64
    public let bytesError: UInt64
    /// `Moment.seconds32` of its last frame that was looked at.
    let seen: UInt32

    init(_ kind: TalkerKind, _ key: TalkerKey, _ sum: TopTalkers.Sum, unseen: TopTalkers.Bounds) {
        self.kind = kind
        self.key = key
        packets = sum.most.packets &+ (unseen.packets &- sum.allowed.packets)
        bytes = sum.most.bytes &+ (unseen.bytes &- sum.allowed.bytes)
        packetsError = packets &- sum.least.packets
        bytesError = bytes &- sum.least.bytes
        seen = sum.seen
    }

    /// Meaningful for `.source`.
    public var source: Address { key.source }
    /// The destination; meaningful for `.node` and `.pair`.
    public var node: NodeID { key.node }
    /// Meaningful for `.pair`.
    public var sender: NodeID { key.sender }

    /// The endpoint, the id, or both ids with an arrow between.
    public var name: String {
        switch kind {
        case .source: source.description
        case .node: node.description
        case .pair: "\(sender)->\(node)"
        }
    }

    /// Who has more comes first; among equals the order is the same every time.
    func precedes(_ other: TopTalker, by measure: TalkerMeasure) -> Bool {
        let (mine, others) =
            measure == .packets
            ? ((packets, bytes), (other.packets, other.bytes)) : ((bytes, packets), (other.bytes, other.packets))
        if mine != others { return mine > others }
        return (key.high, key.low, key.tail) < (other.key.high, other.key.low, other.key.tail)
    }
}
